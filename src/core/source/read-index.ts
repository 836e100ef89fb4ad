import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault, Refusal } from '../lib/errors.js';
import { readJsonLines } from '../lib/plain-file.js';
import { unreadReason } from '../lib/unread.js';
import type { SnapshotLimits } from './jobs.js';
import { compareText, unescapePath } from './names.js';
import { type EndLine, type EntryLine, type ExcludedLine, FILE_MODES, type UnreadLine } from './protocol.js';

/** What the worker found, checked line by line. */
export interface SourceIndex {
  entries: EntryLine[];
  unread: UnreadLine[];
  excluded: ExcludedLine[];
  end: EndLine;
}

const count = z.int().nonnegative();
const path = z
  .string()
  .min(1)
  .max(16_384)
  .refine((text) => unescapePath(text) !== undefined, 'not an escaped path');
/** A place below general/ or sensitive/: no empty name, `.` or `..`, no leading slash, nothing a terminal would obey. */
const place = z.string().regex(/^(?!\/)(?!.*\/$)(?!.*(?:^|\/)\.{0,2}(?:\/|$))[^\0-\x1f\x7f\\]+$/);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const gitHash = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

const line = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('entry'),
    path,
    at: place,
    size: count,
    sha256: hash,
    gitBlob: gitHash,
    mode: z.enum(FILE_MODES),
    class: z.enum(['general', 'sensitive']),
    tracked: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('unread'),
    path,
    reason: unreadReason,
    detail: z.string().max(200),
    audit: z.enum(['escape', 'special-file']).optional(),
  }),
  z.strictObject({ type: z.literal('excluded'), rule: z.string().max(200), class: z.string().max(200), count }),
  z.strictObject({ type: z.literal('refused'), message: z.string().max(500), remedy: z.string().max(500) }),
  z.strictObject({
    type: z.literal('end'),
    entries: count,
    unread: count,
    bytes: count,
    ignored: count,
    tree: gitHash.optional(),
  }),
]);

type Line = z.infer<typeof line>;

/**
 * Reads the index that the worker left in `folder`, trusting nothing in it: form, order, caps, counts, and that each
 * file is there as a plain file of its size. Throws `Refusal` code `source` for a source over its caps, `Fault` code
 * `snapshot` for an index that does not hold.
 */
export async function readIndex(folder: string, source: string, limits: SnapshotLimits): Promise<SourceIndex> {
  const index: Omit<SourceIndex, 'end'> = { entries: [], unread: [], excluded: [] };
  let end: EndLine | undefined;
  for await (const value of linesOf(join(folder, 'index.jsonl'))) {
    if (end !== undefined) throw broken('has lines after its end');
    const read = parseLine(value);
    if (read.type === 'refused')
      throw new Refusal('source', [{ file: source, message: read.message, remedy: read.remedy }]);
    if (read.type === 'end') end = read;
    else addLine(index, read, limits);
  }
  if (end === undefined) throw broken('is cut off');
  if (end.entries !== index.entries.length || end.unread !== index.unread.length)
    throw broken('has other counts than its end says');
  checkFiles(folder, index.entries, limits);
  return { ...index, end };
}

async function* linesOf(path: string): AsyncGenerator<unknown> {
  try {
    yield* readJsonLines(path);
  } catch (cause) {
    throw cause instanceof SyntaxError ? broken('is not JSON') : cause;
  }
}

function parseLine(value: unknown): Line {
  const parsed = line.safeParse(value);
  if (parsed.success) return parsed.data;
  throw broken(`has a line that is not one (${parsed.error.issues[0]?.path.join('.') ?? ''})`);
}

function addLine(
  index: Omit<SourceIndex, 'end'>,
  read: Exclude<Line, { type: 'end' | 'refused' }>,
  limits: SnapshotLimits,
): void {
  if (read.type === 'entry') {
    const last = index.entries.at(-1);
    if (last !== undefined && compareText(last.path, read.path) >= 0) throw broken('is not in order');
    index.entries.push(read);
  } else if (read.type === 'unread') index.unread.push(read);
  else index.excluded.push(read);
  // A file may be both taken and noted as unread (a link that leaves the source, an LFS pointer).
  if (index.entries.length > limits.maxFiles || index.unread.length > 2 * limits.maxFiles)
    throw broken('has too many lines');
}

/** The worker is not trusted to have left what it says: a link or pipe in its output would be opened by whoever reads it. */
function checkFiles(folder: string, entries: readonly EntryLine[], limits: SnapshotLimits): void {
  let total = 0;
  const places = new Set<string>();
  for (const entry of entries) {
    if (places.has(entry.at)) throw broken(`names one place twice`);
    places.add(entry.at);
    if (entry.mode === '120000') continue;
    total += entry.size;
    if (entry.size > limits.maxFileBytes || total > limits.maxTotalBytes) throw broken('exceeds the caps');
    const stat = lstatSync(join(folder, entry.class, entry.at), { throwIfNoEntry: false });
    if (!stat?.isFile() || stat.nlink !== 1 || stat.size !== entry.size)
      throw broken('names a file that is not there as it says');
  }
}

const broken = (what: string): Fault =>
  new Fault('snapshot', `the index of the snapshot ${what}`, 'Report this: it is a defect.');
