import * as z from 'zod';
import { Fault } from '../lib/errors.js';
import { readJsonLines } from '../lib/plain-file.js';
import { compareText } from '../source/names.js';
import { FILE_MODES } from '../source/protocol.js';
import type { SnapshotEntry } from '../source/snapshot.js';

/** A file as a shard names it: enough to tell which step is given it. No digest, as that of a small secret gives it away. */
const lineSchema = z.strictObject({
  path: z.string().min(1).max(16_384),
  size: z.int().nonnegative(),
  mode: z.enum(FILE_MODES),
  class: z.enum(['general', 'sensitive']),
});

/** files.jsonl, a thousand lines at a time. */
export function* fileLines(entries: readonly SnapshotEntry[]): Generator<string> {
  for (let start = 0; start < entries.length; start += 1000)
    yield entries
      .slice(start, start + 1000)
      .map(({ path, size, mode, class: kind }) => `${JSON.stringify({ path, size, mode, class: kind })}\n`)
      .join('');
}

/** The entries of a snapshot whose files are elsewhere: their digests are unknown. Throws for a list out of order. */
export async function readFileList(path: string, most: number): Promise<SnapshotEntry[]> {
  const entries: SnapshotEntry[] = [];
  for await (const value of readJsonLines(path)) {
    const line = lineSchema.parse(value);
    const last = entries.at(-1);
    if (last !== undefined && compareText(last.path, line.path) >= 0)
      throw new Fault('bundle', 'files.jsonl is not in order');
    if (entries.length >= most) throw new Fault('bundle', `names more than ${most} files`);
    entries.push({ ...line, at: line.path, sha256: '', gitBlob: '', tracked: false });
  }
  return entries;
}
