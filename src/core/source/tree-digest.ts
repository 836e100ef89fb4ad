import { createHash, type Hash } from 'node:crypto';
import type { EntryLine, UnreadLine } from './protocol.js';

/** Paths handed to the hash at a time: each call costs more than the hashing of a path. */
const BATCH = 256;

/**
 * SHA-256 over what was scanned: `certus-tree-v1` LF, for each entry `<mode> <sha256> <path>` NUL, for each unread path
 * `unread <reason> <path>` NUL, each group in the order of the paths' bytes. A tree with a file that was not read is
 * thereby another one than the tree without it.
 */
export function treeDigest(
  entries: readonly Pick<EntryLine, 'mode' | 'sha256' | 'path'>[],
  unread: readonly Pick<UnreadLine, 'reason' | 'path'>[],
): string {
  const hash = createHash('sha256').update('certus-tree-v1\n');
  inBatches(entries, ({ mode, sha256, path }) => `${mode} ${sha256} ${path}\0`, hash);
  inBatches(unread, ({ reason, path }) => `unread ${reason} ${path}\0`, hash);
  return hash.digest('hex');
}

function inBatches<T>(items: readonly T[], text: (item: T) => string, hash: Hash): void {
  for (let at = 0; at < items.length; at += BATCH)
    hash.update(
      items
        .slice(at, at + BATCH)
        .map(text)
        .join(''),
    );
}
