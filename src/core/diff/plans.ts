import type { Plan, Step } from '../plan/plan.js';
import { changedMembers, type Member } from './members.js';

/** What became of one tool between two plans. */
export interface ToolChange {
  tool: string;
  change: 'added' | 'removed' | 'changed';
  /** Of a changed one what differs, such as `version`, `digest` (the lock), `definition` (the tool file), `args[2]`. */
  members: Member[];
}

/** In what two plans differ. With every list empty they are the same plan. */
export interface PlanChanges {
  tools: ToolChange[];
  policy: Member[];
  /** The profile, budgets, ruleset, narrowing and the like, by their path in the plan. */
  plan: Member[];
}

/** What of two bundles decided how they were made. */
export interface Planned {
  plan: Plan;
  policy: unknown;
}

/** Compares two plans and their policies. */
export function comparePlans(was: Planned, is: Planned): PlanChanges {
  const tools = toolChanges(was.plan.steps, is.plan.steps);
  const policy = changedMembers(was.policy, is.policy);
  const told = new Set([
    ...tools.filter(({ change }) => change !== 'changed').map(({ tool }) => `decisions.${tool}`),
    // A plan repeats these parts of its policy.
    ...policy.flatMap(({ path }) => (path === 'name' ? ['policy.name', 'policy.digest'] : [path, 'policy.digest'])),
  ]);
  const common = commonTools(was.plan, is.plan);
  const plan = changedMembers(frame(was.plan, common), frame(is.plan, common), told);
  return { tools, policy, plan };
}

/** Nothing is left out without a word: whatever the digest of a plan covers is in one of the lists. */
export const isSame = ({ tools, policy, plan }: PlanChanges): boolean =>
  tools.length === 0 && policy.length === 0 && plan.length === 0;

function toolChanges(was: readonly Step[], is: readonly Step[]): ToolChange[] {
  const [before, after] = [byId(was), byId(is)];
  const ids = [...new Set([...before.keys(), ...after.keys()])].sort();
  return ids.flatMap((tool): ToolChange[] => {
    const [old, now] = [before.get(tool), after.get(tool)];
    if (old === undefined) return [{ tool, change: 'added', members: [] }];
    if (now === undefined) return [{ tool, change: 'removed', members: [] }];
    const members = changedMembers(old, now);
    return members.length > 0 ? [{ tool, change: 'changed', members }] : [];
  });
}

const byId = (steps: readonly Step[]): Map<string, Step> => new Map(steps.map((step) => [step.id, step]));

function commonTools(was: Plan, is: Plan): ReadonlySet<string> {
  const after = new Set(is.steps.map(({ id }) => id));
  return new Set(was.steps.map(({ id }) => id).filter((id) => after.has(id)));
}

/** A plan without what its tools are: the order of those in both stays, and why each is in or out goes by its name. */
function frame({ steps, decisions, ...plan }: Plan, common: ReadonlySet<string>): object {
  const reasons = new Map<string, string>();
  for (const { tool, included, by, reason } of decisions) {
    const told = reasons.get(tool);
    const one = `${included ? 'in' : 'out'} (${by}: ${reason})`;
    reasons.set(tool, told === undefined ? one : `${told}, ${one}`);
  }
  const order = steps.map(({ id }) => id).filter((id) => common.has(id));
  return { ...plan, order: order.join(' '), decisions: Object.fromEntries(reasons) };
}
