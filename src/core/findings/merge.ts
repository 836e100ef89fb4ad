import { readJsonLines } from '../lib/plain-file.js';
import { compareFindings, type Finding } from './finding.js';

/** Findings of one sorted file that `readReport` has checked line by line. */
export async function* readFindings(path: string): AsyncGenerator<Finding> {
  for await (const value of readJsonLines(path)) yield value as Finding;
}

/** Merges sorted streams into one sorted stream; as many findings in memory as there are streams. */
export async function* mergeFindings(sources: readonly AsyncIterable<Finding>[]): AsyncGenerator<Finding> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  try {
    yield* merge(iterators);
  } finally {
    // A reader that stops early, because the disk is full say, must leave no file open.
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}

async function* merge(iterators: readonly AsyncIterator<Finding>[]): AsyncGenerator<Finding> {
  const heads: { value: Finding; rest: AsyncIterator<Finding> }[] = [];
  for (const rest of iterators) {
    const first = await rest.next();
    if (!first.done) heads.push({ value: first.value, rest });
  }
  while (heads.length > 0) {
    const least = heads.reduce((a, b) => (compareFindings(b.value, a.value) < 0 ? b : a));
    yield least.value;
    const next = await least.rest.next();
    if (next.done) heads.splice(heads.indexOf(least), 1);
    else least.value = next.value;
  }
}
