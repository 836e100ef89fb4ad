import { Refusal } from '../../core/lib/errors.js';
import { didYouMean } from '../../core/lib/suggest.js';
import type { Catalog } from '../../core/plan/catalog.js';
import { resolveTools } from '../../core/plan/resolve.js';
import { DEFAULT_PROFILE, selectProfile } from '../../core/plan/select.js';
import type { Tool } from '../../core/plan/tool.js';
import { defaultPolicy, readPolicy } from '../../core/policy/default.js';
import type { Policy } from '../../core/policy/policy.js';
import { namedDocument } from '../named-document.js';

/** Options that all of `tools` know. */
export interface ToolsFlags {
  policy?: string;
  tools?: string;
}

export async function policyOf({ policy }: ToolsFlags): Promise<Policy> {
  const document = await namedDocument(policy, '--policy');
  return document === undefined ? defaultPolicy() : readPolicy(document.text, document.file);
}

/**
 * The tools behind names of profiles and tools, as a run under the policy would take them. Throws `Refusal` for a name
 * that is neither, and for a profile that the policy does not let run.
 */
export function toolsNamed(names: readonly string[], policy: Policy, catalog: Catalog): Tool[] {
  const wanted = names.length > 0 ? names : [DEFAULT_PROFILE];
  const unknown = wanted.filter((name) => !catalog.profiles.has(name) && !catalog.tools.has(name));
  if (unknown.length > 0) {
    const known = [...catalog.profiles.keys(), ...catalog.tools.keys()];
    const message = (name: string) => `no profile or tool ${didYouMean(name, known)}`;
    throw new Refusal(
      'usage',
      unknown.map((name) => ({ message: message(name) })),
    );
  }
  const tools = wanted.flatMap((name) => [...profileTools(name, policy, catalog), ...toolOf(name, catalog)]);
  return [...new Map(tools.map((tool) => [tool.id, tool])).values()];
}

const toolOf = (name: string, { tools }: Catalog): Tool[] => [tools.get(name)].filter((tool) => tool !== undefined);

const EVERYTHING = { skipTools: [], skipPrivacyScan: false, include: [], exclude: [] };

function profileTools(name: string, policy: Policy, catalog: Catalog): Tool[] {
  if (!catalog.profiles.has(name)) return [];
  const selection = selectProfile(name, undefined, catalog);
  if ('problem' in selection) throw new Refusal('profile', [selection.problem]);
  const { tools, problems } = resolveTools(selection, { policy, narrowing: EVERYTHING, base: null }, catalog);
  if (problems.length > 0) throw new Refusal('profile', problems);
  return tools.map(({ tool }) => tool);
}
