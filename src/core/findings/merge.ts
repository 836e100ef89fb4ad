import { readJsonBatches } from '../lib/plain-file.js';
import { compareFindings, type Finding } from './finding.js';

/** Findings in the order of `compareFindings`, many at a time: to await each costs more than what is done with it. */
export type FindingBatches = AsyncIterable<readonly Finding[]>;

/** Findings of one sorted file that `readReport` has checked line by line. */
export async function* readFindings(path: string): AsyncGenerator<readonly Finding[]> {
  for await (const values of readJsonBatches(path)) yield values as Finding[];
}

/** Merges sorted streams into one sorted stream; as many batches in memory as there are streams. */
export async function* mergeFindings(sources: readonly FindingBatches[]): AsyncGenerator<readonly Finding[]> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  try {
    yield* merge(iterators);
  } finally {
    // A reader that stops early, because the disk is full say, must leave no file open.
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}

type Source = AsyncIterator<readonly Finding[]>;

/** What is held of one stream: a batch, and the first of it that was not taken. */
interface Head {
  next: Finding;
  at: number;
  batch: readonly Finding[];
  rest: Source;
}

async function* merge(sources: readonly Source[]): AsyncGenerator<readonly Finding[]> {
  const heads: Head[] = [];
  for (const source of sources) heads.push(...(await headOf(source)));
  while (heads.length > 0) {
    const { findings, used } = taken(heads);
    yield findings;
    heads.splice(heads.indexOf(used), 1, ...(await headOf(used.rest)));
  }
}

/** None when the stream is at its end. */
async function headOf(rest: Source): Promise<Head[]> {
  for (;;) {
    const { done, value: batch } = await rest.next();
    if (done) return [];
    const [next] = batch;
    if (next !== undefined) return [{ next, at: 0, batch, rest }];
  }
}

/** The least findings, up to where a batch is used up. Equal ones in the order of the streams. */
function taken(heads: readonly Head[]): { findings: Finding[]; used: Head } {
  const findings: Finding[] = [];
  for (;;) {
    const head = heads.reduce((a, b) => (compareFindings(b.next, a.next) < 0 ? b : a));
    findings.push(head.next);
    head.at += 1;
    const next = head.batch[head.at];
    if (next === undefined) return { findings, used: head };
    head.next = next;
  }
}
