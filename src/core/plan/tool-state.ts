import type { Problem } from '../lib/errors.js';
import type { Machine } from '../lib/machine.js';
import { entryFor, isProblem } from './entry.js';
import type { ToolEntry, ToolLock } from './lock.js';
import { staleProblem } from './stale.js';
import type { InstalledSupplier } from './supplier.js';
import type { Tool } from './tool.js';

/** What of a tool there is on this machine. */
export type ToolState =
  | { state: 'installed'; entry: ToolEntry }
  /** Locked for this machine; `tools install` makes it. */
  | { state: 'missing'; entry: ToolEntry; problem: Problem }
  /** Nothing says what it would have to be. */
  | { state: 'unlocked'; problem: Problem };

/** The lock entry of a tool for a machine, and whether it is among the installed digests. */
export function toolState(
  tool: Tool,
  supplier: InstalledSupplier,
  lock: ToolLock | undefined,
  machine: Machine,
  installed: ReadonlySet<string>,
): ToolState {
  const entry = entryFor(tool.id, supplier, lock, machine);
  if (isProblem(entry)) return { state: 'unlocked', problem: entry };
  const stale = staleProblem(tool.id, supplier, entry);
  if (stale !== undefined) return { state: 'unlocked', problem: stale };
  if (installed.has(entry.files)) return { state: 'installed', entry };
  const remedy = `\`security-scan tools install ${tool.id}\` installs it.`;
  return { state: 'missing', entry, problem: { message: `${tool.id} is not installed`, remedy } };
}
