import { join } from 'node:path';
import { Fault, Refusal } from '../lib/errors.js';
import { readJsonBatches } from '../lib/plain-file.js';
import type { PlainFiles } from '../lib/sandbox/plain-files.js';
import { entryOf, otherLineOf } from './index-line.js';
import type { SnapshotLimits } from './jobs.js';
import { compareText, rawOf } from './names.js';
import type { EndLine, ExcludedLine, RefusedLine, UnreadLine } from './protocol.js';
import type { SnapshotEntry } from './snapshot.js';

/** What the worker found, checked line by line. */
export interface SourceIndex {
  entries: SnapshotEntry[];
  unread: UnreadLine[];
  excluded: ExcludedLine[];
  end: EndLine;
}

type OpenIndex = Omit<SourceIndex, 'end'> & { end?: EndLine };

/**
 * Reads the index that the worker left in `folder`, trusting nothing in it: form, order, caps, counts, and that each
 * file is among `files`, those that it left, with its size. Throws `Fault` code `snapshot` for a source over its caps and for an
 * index that does not hold, `Refusal` code `source` for what is no source.
 */
export async function readIndex(
  folder: string,
  files: PlainFiles,
  source: string,
  limits: SnapshotLimits,
): Promise<SourceIndex> {
  const index: OpenIndex = { entries: [], unread: [], excluded: [] };
  for await (const values of batchesOf(join(folder, 'index.jsonl')))
    for (const value of values) addLine(index, value, source, limits);
  const { entries, unread, end } = index;
  if (end === undefined) throw broken('is cut off');
  if (end.entries !== entries.length || end.unread !== unread.length)
    throw broken('has other counts than its end says');
  checkPlaces(entries);
  checkFiles(files, entries, limits);
  return { ...index, end };
}

async function* batchesOf(path: string): AsyncGenerator<unknown[]> {
  try {
    yield* readJsonBatches(path);
  } catch (cause) {
    throw cause instanceof SyntaxError ? broken('is not JSON') : cause;
  }
}

function addLine(index: OpenIndex, value: unknown, source: string, limits: SnapshotLimits): void {
  if (index.end !== undefined) throw broken('has lines after its end');
  const entry = entryOf(value);
  if (entry === undefined) addOther(index, value, source);
  else {
    const last = index.entries.at(-1);
    if (last !== undefined && compareText(last.path, entry.path) >= 0) throw broken('is not in order');
    index.entries.push(entry);
  }
  // A file may be both taken and noted as unread (a link that leaves the source, an LFS pointer).
  if (index.entries.length > limits.maxFiles || index.unread.length > 2 * limits.maxFiles)
    throw broken('has too many lines');
}

function addOther(index: OpenIndex, value: unknown, source: string): void {
  const line = otherLineOf(value);
  switch (line?.type) {
    case 'unread':
      index.unread.push(line);
      return;
    case 'excluded':
      index.excluded.push(line);
      return;
    case 'end':
      index.end = line;
      return;
    case 'refused':
      throw refused(line, source);
    case undefined:
      throw broken('has a line that is not one');
  }
}

/** A cap is found while the source is read, so the evidence is incomplete; what is no source was never begun. */
const refused = ({ why, message, remedy }: RefusedLine, source: string): Error =>
  why === 'cap'
    ? new Fault('snapshot', `${source}: ${message}`, remedy)
    : new Refusal('source', [{ file: source, message, remedy }]);

/** Paths are in order, so no two are equal; only places that differ from their path can meet another one. */
function checkPlaces(entries: readonly SnapshotEntry[]): void {
  const moved = entries.filter(({ path, at }) => at !== path);
  const taken = new Set(moved.map(({ at }) => at));
  if (taken.size !== moved.length || entries.some(({ path, at }) => at === path && taken.has(at)))
    throw broken('names one place twice');
}

/** The worker is not trusted to have left what it says: a link or pipe in its output would be opened by whoever reads it. */
function checkFiles(files: PlainFiles, entries: readonly SnapshotEntry[], limits: SnapshotLimits): void {
  let total = 0;
  for (const entry of entries) {
    if (entry.mode === '120000') continue;
    total += entry.size;
    if (entry.size > limits.maxFileBytes || total > limits.maxTotalBytes) throw broken('exceeds the caps');
    if (files.get(rawOf(Buffer.from(`${entry.class}/${entry.at}`))) !== entry.size)
      throw broken('names a file that is not there as it says');
  }
}

const broken = (what: string): Fault =>
  new Fault('snapshot', `the index of the snapshot ${what}`, 'Report this: it is a defect.');
