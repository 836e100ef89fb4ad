import type { Stats } from 'node:fs';
import { walk } from './walk.js';

/** What an entry costs at least: names and inodes take room too, and empty files could be made without end. */
const ENTRY_BYTES = 512;

/** What an entry counts. */
export const bytesOf = (stat: Stats): number => Math.max(ENTRY_BYTES, stat.isFile() ? stat.size : 0);

/** Bytes in folders; stops counting once `limit` is reached. A tree that cannot be walked (too deep, say) counts as endless. */
export function bytesIn(folders: readonly string[], limit: number): number {
  let total = 0;
  try {
    for (const folder of folders) {
      walk(folder, (_, stat) => {
        total += bytesOf(stat);
        return total < limit;
      });
    }
  } catch {
    return Number.POSITIVE_INFINITY;
  }
  return total;
}
