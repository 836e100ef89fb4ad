import type { Problem } from '../lib/errors.js';
import type { Machine } from '../lib/machine.js';
import type { ToolEntry, ToolLock } from './lock.js';
import type { InstalledSupplier } from './supplier.js';

/** The lock entry for a supplier on a machine, or why there is none. */
export function entryFor(
  tool: string,
  supplier: InstalledSupplier,
  lock: ToolLock | undefined,
  machine: Machine,
): ToolEntry | Problem {
  const { kind, version, run } = supplier;
  if (run.interpreter === 'python' && machine.python === undefined)
    return { message: `${tool} needs Python, which this machine does not have`, remedy: 'Install python3.' };
  const interpreter = { none: null, node: 'node', python: machine.python ?? null }[run.interpreter];
  const entry = lock?.entries.find(
    (one) =>
      one.supplier === kind &&
      one.version === version &&
      (one.platform === 'any' || one.platform === machine.platform) &&
      one.interpreter === interpreter,
  );
  if (entry !== undefined) return entry;
  const here = [machine.platform, ...(interpreter === null ? [] : [interpreter])].join(', ');
  return {
    message: `${tool} ${version} is not locked for ${here}`,
    remedy: `\`security-scan tools lock ${tool}\` locks it here; read what it writes before you trust it. Or name a substitute in the policy.`,
  };
}

export const isProblem = (value: ToolEntry | Problem): value is Problem => 'message' in value;
