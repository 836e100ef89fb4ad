import { digestOf } from '../lib/digest.js';
import type { Catalog } from '../plan/catalog.js';
import type { Plan } from '../plan/plan.js';
import { Unsound } from './problems.js';

/** For each tool the digests of everything that a catalog's lock lets run for it, on any machine. */
export type LockedTools = ReadonlyMap<string, readonly string[]>;

export function lockedTools({ lock, locks }: Pick<Catalog, 'lock' | 'locks'>): LockedTools {
  const embedded = Object.entries(lock.workers).map(([name, entry]) => [name, [digestOf(entry)]] as const);
  const installed = [...locks].map(([name, { entries }]) => [name, entries.map((entry) => digestOf(entry))] as const);
  const all = new Map<string, string[]>();
  for (const [name, digests] of [...embedded, ...installed]) all.set(name, [...(all.get(name) ?? []), ...digests]);
  return all;
}

/** Throws `Unsound` for a step that executed what the lock does not know, such as the operator's own program. */
export function checkLock({ steps }: Plan, locked: LockedTools): void {
  for (const { tool, digest, program } of steps) {
    const name = program.from === 'worker' ? program.worker : tool;
    if (!(locked.get(name) ?? []).includes(digest))
      throw new Unsound(`${tool} ran with digest ${digest}, which is not in the lock of this package`);
  }
}
