import { type Capabilities, type Ceiling, excesses } from '../lib/capability.js';
import type { Category } from '../lib/category.js';
import type { Policy } from './policy.js';

/** What the policy looks at in a tool. */
export interface ToolRights {
  id: string;
  category: Category;
  capabilities: Capabilities;
}

/** The ceiling for one tool: its own, then its category's, then the default, key by key. */
export const ceilingOf = (policy: Policy, tool: ToolRights): Ceiling => ({
  ...policy.ceilings.default,
  ...policy.ceilings.categories[tool.category],
  ...policy.ceilings.tools[tool.id],
});

/** Every reason why the policy does not let this tool run; empty when it may. */
export function objections(policy: Policy, tool: ToolRights): string[] {
  const { allow, forbid } = policy.tools;
  const reasons: string[] = [];
  if (forbid.includes(tool.id)) reasons.push('the policy forbids it');
  else if (allow !== 'all' && !allow.includes(tool.id)) reasons.push('the policy does not allow it');
  return [...reasons, ...excesses(tool.capabilities, ceilingOf(policy, tool))];
}

/** Tool ids that the policy names anywhere, each with the document path it stands at. */
export function namedTools(policy: Policy): { id: string; path: string }[] {
  const { tools, ceilings, budgets, incomplete, providers, substitutes, toolchain, waivers } = policy;
  const lists = [
    { path: 'tools.allow', ids: tools.allow === 'all' ? [] : tools.allow },
    { path: 'tools.require', ids: tools.require },
    { path: 'tools.forbid', ids: tools.forbid },
    { path: 'ceilings.tools', ids: Object.keys(ceilings.tools) },
    { path: 'budgets.tools', ids: Object.keys(budgets.tools) },
    { path: 'providers', ids: Object.values(providers).filter((id) => id !== null) },
    { path: 'substitutes', ids: [...Object.keys(substitutes), ...Object.values(substitutes)] },
    { path: 'toolchain.suppliers', ids: Object.keys(toolchain.suppliers) },
    { path: 'toolchain.repacked', ids: toolchain.repacked },
    { path: 'toolchain.binaries', ids: Object.keys(toolchain.binaries) },
    { path: 'toolchain.toolFiles', ids: Object.keys(toolchain.toolFiles) },
    { path: 'waivers.inSource', ids: waivers.inSource },
    ...incomplete.accept.map((entry, i) => ({ path: `incomplete.accept[${i}].tools`, ids: entry.tools ?? [] })),
  ];
  return lists.flatMap(({ path, ids }) => ids.map((id) => ({ id, path })));
}
