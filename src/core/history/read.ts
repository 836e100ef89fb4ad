import { join } from 'node:path';
import { sha256 } from '../lib/digest.js';
import { readPlainFile } from '../lib/plain-file.js';
import { parseCanonical } from '../verify/document.js';
import { type Problems, Unsound } from '../verify/problems.js';
import { entrySchema, GENESIS, type HistoryEntry, MAX_ENTRY, nameOf, seqOf } from './entry.js';
import { historyFolder, isTemporary, namesIn } from './place.js';

/** An entry that was read, and the SHA-256 of its bytes. */
export interface ReadEntry {
  entry: HistoryEntry;
  sha256: string;
}

/** The history as it stands. `head` is the SHA-256 of its last entry, or the genesis. */
export interface Chain {
  entries: ReadEntry[];
  head: string;
  /** File names of what was being written, or was left by a process that was killed. */
  temporaries: string[];
}

/** A new entry has its temporary name too until that is taken away; a kill may come between. */
const NAMES = 2;

/** Reads one entry in its one form. Throws `Unsound`, `ZodError` or `Fault`. */
export async function readEntry(path: string): Promise<ReadEntry> {
  const bytes = await readPlainFile(path, MAX_ENTRY, NAMES);
  const text = bytes.toString('utf8');
  const entry = parseCanonical(text, entrySchema);
  if (!Buffer.from(text).equals(bytes)) throw new Unsound('is not UTF-8');
  return { entry, sha256: sha256(bytes) };
}

/** Reads all entries and follows the chain. What does not hold is added to `problems`; entries that cannot be read are left out. */
export async function readChain(exportDir: string, problems: Problems): Promise<Chain> {
  const folder = historyFolder(exportDir);
  const names = (await problems.attempt('history', () => namesIn(folder))) ?? [];
  const chain: Chain = { entries: [], head: GENESIS, temporaries: names.filter(isTemporary) };
  let seq = 0;
  for (const name of names.filter((one) => !isTemporary(one))) {
    const file = `history/${name}`;
    const found = seqOf(name);
    if (found === undefined) problems.add(file, 'is no entry of a history');
    else {
      if (found !== seq + 1) problems.add(`history/${nameOf(seq + 1)}`, `is missing, the next one is ${name}`);
      const read = await problems.attempt(file, () => readEntry(join(folder, name)));
      if (read !== undefined) take(read, found, chain, file, problems);
      seq = found;
    }
  }
  return chain;
}

function take(read: ReadEntry, seq: number, chain: Chain, file: string, problems: Problems): void {
  if (read.entry.seq !== seq) problems.add(file, `is entry ${read.entry.seq} by what it says`);
  if (read.entry.previous !== chain.head) problems.add(file, 'does not follow the entry before it');
  chain.entries.push(read);
  chain.head = read.sha256;
}
