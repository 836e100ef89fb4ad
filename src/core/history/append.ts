import { join } from 'node:path';
import { canonicalJson } from '../lib/canonical.js';
import { sha256 } from '../lib/digest.js';
import { Fault } from '../lib/errors.js';
import { entrySchema, type Fact, GENESIS, type HistoryEntry, LAST_SEQ, nameOf, seqOf } from './entry.js';
import { linkNew, makeHistory, namesIn } from './place.js';
import { readEntry } from './read.js';

/** Where the history of an export folder ends. `head` is the SHA-256 of the last entry's bytes: a caller that keeps it can tell a rollback. */
export interface Head {
  seq: number;
  head: string;
}

/** Each lost round means that somebody else's entry was made. */
const MOST_ROUNDS = 10_000;

/**
 * Adds one entry behind the last. Several processes may do so at once: who finds the next name taken reads the new end
 * and tries again. Throws `Fault` code `history`; nothing is ever written over.
 */
export async function appendEntry(exportDir: string, fact: Fact): Promise<Head> {
  try {
    return await append(exportDir, fact);
  } catch (cause) {
    if (!(cause instanceof Error) || cause instanceof Fault) throw cause;
    const remedy = 'Look at the rights and the state of the disk; a file system without hard links holds no history.';
    throw new Fault('history', `the history of ${exportDir} cannot be written: ${cause.message}`, remedy, { cause });
  }
}

async function append(exportDir: string, fact: Fact): Promise<Head> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const folder = await makeHistory(exportDir);
    const last = await lastOf(folder);
    const seq = last.seq + 1;
    const entry: HistoryEntry = entrySchema.parse({ schemaVersion: 1, seq, previous: last.head, ...fact });
    const text = canonicalJson(entry);
    if (await linkNew(folder, nameOf(seq), text)) return { seq, head: sha256(text) };
  }
  throw new Fault('history', `${exportDir}: no place in the history was free in ${MOST_ROUNDS} rounds`, 'Try again.');
}

/** Reads the last entry alone; `verifyHistory` reads them all. */
async function lastOf(folder: string): Promise<Head> {
  const seq = (await namesIn(folder)).map(seqOf).findLast((one) => one !== undefined);
  if (seq === undefined) return { seq: 0, head: GENESIS };
  try {
    const { entry, sha256: head } = await readEntry(join(folder, nameOf(seq)));
    if (entry.seq === seq && seq < LAST_SEQ) return { seq, head };
  } catch (cause) {
    throw noEnd(folder, seq, cause);
  }
  throw noEnd(folder, seq);
}

const noEnd = (folder: string, seq: number, cause?: unknown): Fault =>
  new Fault(
    'history',
    `${folder}: ${nameOf(seq)} is no entry that another one could follow`,
    '`security-scan history verify` tells what does not hold.',
    { cause },
  );
