import type { Problem } from '../lib/errors.js';
import { didYouMean } from '../lib/suggest.js';
import type { Policy } from '../policy/policy.js';
import { objections } from '../policy/rules.js';
import type { Catalog } from './catalog.js';
import type { Decision, Narrowing } from './plan.js';
import type { PlanRequest } from './request.js';
import type { Selection } from './select.js';
import type { Wanted } from './step.js';
import { CONTROL_FILES, type Tool } from './tool.js';

/** The statement about the scan is always made; earlier manifests list it as a tool. */
const ATTESTATION = 'attestation';

const SKIPPED = { by: 'operator', reason: '--skip-tools' } as const;

export interface Resolution {
  tools: Wanted[];
  decisions: Decision[];
  problems: Problem[];
}

/** Decides for each tool that anyone asked for whether it is in, with all reasons why the run must be refused. */
export function resolveTools(
  selection: Selection,
  { policy, narrowing, base }: Pick<PlanRequest, 'policy' | 'narrowing' | 'base'>,
  catalog: Catalog,
): Resolution {
  const result: Resolution = { tools: [], decisions: [], problems: [] };
  for (const { id, configured } of selection.tools) {
    const note = configured ? '; its `config` in the manifest is not applied' : '';
    resolveOne(id, 'profile', `asked for by profile ${selection.name}${note}`);
  }
  for (const id of policy.tools.require) {
    if (!result.tools.some(({ tool }) => tool.id === id)) resolveOne(id, 'policy', 'required by the policy');
  }
  if (base !== null) addControlFiles(result, catalog);
  result.problems.push(...unknownNarrowing(narrowing, selection, result));
  return result;

  function resolveOne(id: string, by: Decision['by'], reason: string): void {
    if (id === ATTESTATION) {
      result.decisions.push({ tool: id, category: null, included: true, by, reason: 'always made; not a step' });
      return;
    }
    if (targetOf(id) === null && narrowing.skipTools.includes(id) && !policy.tools.require.includes(id)) {
      result.decisions.push({ tool: id, category: null, included: false, ...SKIPPED });
      return;
    }
    const tool = lookUp(id);
    if (tool === undefined) return;
    const replaced = replacedBy(id);
    const out = leftOut(tool, id, selection, policy, narrowing);
    if (out !== undefined && by !== 'policy') {
      result.decisions.push({ tool: tool.id, category: tool.category, included: false, ...out });
      return;
    }
    if (replaced !== undefined) result.decisions.push(substitution(replaced, tool));
    result.problems.push(...admission(tool, policy));
    if (result.tools.some((other) => other.tool.id === tool.id)) return;
    result.tools.push({ tool, requestedAs: id });
    result.decisions.push({ tool: tool.id, category: tool.category, included: true, by, reason });
  }

  function lookUp(id: string): Tool | undefined {
    const target = targetOf(id);
    const tool = target === null ? undefined : catalog.tools.get(policy.substitutes[target] ?? target);
    if (tool === undefined) result.problems.push(missing(id, target, policy, catalog));
    return tool;
  }

  function targetOf(id: string): string | null {
    const provider = policy.providers[id];
    return provider === undefined ? id : provider;
  }

  /** The tool that another one runs in the place of. Substitutes are not followed further. */
  function replacedBy(id: string): Tool | undefined {
    const target = targetOf(id);
    return target === null || policy.substitutes[target] === undefined ? undefined : catalog.tools.get(target);
  }
}

/** Nobody asks for it, and nobody can leave it out. */
function addControlFiles(result: Resolution, catalog: Catalog): void {
  const tool = catalog.tools.get(CONTROL_FILES);
  if (tool === undefined) throw new Error('the package has no control-files tool');
  if (result.tools.some((other) => other.tool.id === tool.id)) return;
  result.tools.push({ tool, requestedAs: tool.id });
  const reason = 'notes what the source edits of the rules, with --policy-from';
  result.decisions.push({ tool: tool.id, category: tool.category, included: true, by: 'operator', reason });
}

function missing(id: string, target: string | null, policy: Policy, catalog: Catalog): Problem {
  if (target === null) {
    return {
      message: `no provider for ${id}`,
      remedy: `Name a tool under \`providers.${id}\` in the policy, or leave ${id} out.`,
    };
  }
  const known = [...catalog.tools.keys(), ...Object.keys(policy.providers), ATTESTATION];
  return { message: `unknown tool ${didYouMean(target, known)}`, remedy: '`security-scan tools list` shows all.' };
}

const substitution = (replaced: Tool, by: Tool): Decision => ({
  tool: replaced.id,
  category: replaced.category,
  included: false,
  by: 'policy',
  reason: `${by.id} runs in its place`,
});

function leftOut(tool: Tool, id: string, selection: Selection, policy: Policy, narrowing: Narrowing) {
  const required = policy.tools.require.includes(tool.id);
  const named = (list: readonly string[]) => list.includes(tool.id) || list.includes(id);
  if (required) return undefined;
  if (tool.category === 'privacy' && narrowing.skipPrivacyScan) {
    return { by: 'operator', reason: '--skip-privacy-scan' } as const;
  }
  if (tool.category === 'privacy' && !selection.includePrivacy) {
    return { by: 'manifest', reason: 'bundle.includePrivacy is false' } as const;
  }
  if (named(narrowing.skipTools)) return SKIPPED;
  return undefined;
}

const admission = (tool: Tool, policy: Policy): Problem[] =>
  objections(policy, tool).map((reason) => ({
    message: `${tool.id}: ${reason}`,
    remedy: 'Change the policy, or choose a profile without it.',
  }));

/** A misspelled name in --skip-tools must not quietly leave a tool in. */
function unknownNarrowing(narrowing: Narrowing, selection: Selection, result: Resolution): Problem[] {
  const known = [...selection.tools.map(({ id }) => id), ...result.decisions.map(({ tool }) => tool)];
  return narrowing.skipTools
    .filter((id) => !known.includes(id))
    .map((id) => ({ message: `profile ${selection.name} has no tool ${didYouMean(id, known)}` }));
}
