import { printable } from '../lib/printable.js';
import type { Member } from './members.js';
import type { PlanChanges, ToolChange } from './plans.js';

const MAX_TEXT = 500;

/** One changed member as words, one line, safe to print. */
export function memberWords({ path, was, is }: Member): string {
  const name = path === '' ? 'the whole' : path;
  if (was === null) return printable(`${name} was absent, is ${is}`, MAX_TEXT);
  if (is === null) return printable(`${name} was ${was}, is absent`, MAX_TEXT);
  return printable(`${name} was ${was}, is ${is}`, MAX_TEXT);
}

/** What became of a tool, one line, safe to print. */
export function toolWords({ tool, change, members }: ToolChange): string {
  const what = change === 'changed' ? members.map(toolMember).join('; ') : change;
  return printable(`${tool}: ${what}`, 2 * MAX_TEXT);
}

/** The members of a step as operators know them. */
const NAMES: Readonly<Record<string, string>> = {
  digest: 'digest (its lock)',
  definition: 'definition (its tool file)',
};

const toolMember = (member: Member): string => memberWords({ ...member, path: NAMES[member.path] ?? member.path });

/** Every change of a plan, one line each. */
export const planWords = ({ tools, policy, plan }: PlanChanges): string[] => [
  ...tools.map((change) => `tool ${toolWords(change)}`),
  ...policy.map((member) => `policy: ${memberWords(member)}`),
  ...plan.map((member) => `plan: ${memberWords(member)}`),
];
