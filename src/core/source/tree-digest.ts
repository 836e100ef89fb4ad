import { createHash } from 'node:crypto';
import type { EntryLine, UnreadLine } from './protocol.js';

/**
 * SHA-256 over what was scanned: `certus-tree-v1` LF, for each entry `<mode> <sha256> <path>` NUL, for each unread path
 * `unread <reason> <path>` NUL, each group in the order of the paths' bytes. A tree with a file that was not read is
 * thereby another one than the tree without it.
 */
export function treeDigest(entries: readonly EntryLine[], unread: readonly UnreadLine[]): string {
  const hash = createHash('sha256').update('certus-tree-v1\n');
  for (const { mode, sha256, path } of entries) hash.update(`${mode} ${sha256} ${path}\0`);
  for (const { reason, path } of unread) hash.update(`unread ${reason} ${path}\0`);
  return hash.digest('hex');
}
