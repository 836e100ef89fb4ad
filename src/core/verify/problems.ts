import * as z from 'zod';
import { printable } from '../lib/printable.js';

/** One thing that does not hold. `file` is relative to the bundle; `.` is the bundle itself. */
export interface VerifyProblem {
  file: string;
  reason: string;
}

/** A hostile bundle could give one for each of its files; more help nobody. */
const MOST = 200;
const MAX_TEXT = 500;

/** What a check throws when a file does not hold. */
export class Unsound extends Error {
  override readonly name = 'Unsound';
}

/** Collects what does not hold; every text in it is safe to print. */
export function problemList() {
  const list: VerifyProblem[] = [];
  let count = 0;
  const add = (file: string, reason: string): void => {
    count += 1;
    if (list.length < MOST) list.push({ file: printable(file, MAX_TEXT), reason: printable(reason, MAX_TEXT) });
  };
  return {
    add,
    /** Runs one check. Whatever it throws means that the file does not hold: there is no other safe reading. */
    async attempt<T>(file: string, check: () => Promise<T> | T): Promise<T | undefined> {
      try {
        return await check();
      } catch (error) {
        add(file, reasonOf(error));
        return undefined;
      }
    },
    count: (): number => count,
    all: (): VerifyProblem[] =>
      count > list.length ? [...list, { file: '.', reason: `and ${count - list.length} more` }] : [...list],
  };
}

export type Problems = ReturnType<typeof problemList>;

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    return `is out of form: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.replace(/ +/g, ' ');
  }
  return error instanceof Error ? error.message : String(error);
}
