import { type Problem, Refusal, type RefusalCode } from '../errors.js';
import { printable } from '../printable.js';
import { DOCUMENT_LIMITS } from './limits.js';

/** The longest path Linux accepts (PATH_MAX). */
const MAX_FILE_NAME = 4096;

/** A file name can be hostile too: a job may take it from a checkout. */
export const fileName = (file: string): string => printable(file, MAX_FILE_NAME);

export type ProblemDetails = Pick<Problem, 'path' | 'remedy'>;

/** Collects what is wrong with one document, so that a refusal names everything and not the first thing. */
export interface Problems {
  /** `offset` is a UTF-16 offset in the document's text. */
  add(offset: number, message: string, details?: ProblemDetails): void;
  /** Adds a problem after which reading cannot go on; the caller throws the refusal. */
  fatal(offset: number, message: string, remedy?: string): Refusal;
  /** Throws the refusal if there is any problem. */
  check(): void;
}

type Located = { offset: number; message: string } & ProblemDetails;

/** `text` is the document without its byte-order mark. */
export function problemsOf(file: string, code: RefusalCode, text: string): Problems {
  const found: Located[] = [];
  const add: Problems['add'] = (offset, message, details = {}) => found.push({ offset, message, ...details });
  const refusal = () => new Refusal(code, listed(file, text, found));
  return {
    add,
    fatal(offset, message, remedy) {
      add(offset, message, remedy === undefined ? {} : { remedy });
      return refusal();
    },
    check() {
      if (found.length > 0) throw refusal();
    },
  };
}

function listed(file: string, text: string, found: readonly Located[]): Problem[] {
  const sorted = [...found].sort((a, b) => a.offset - b.offset);
  const problems: Problem[] = sorted.slice(0, DOCUMENT_LIMITS.problems).map(({ offset, ...rest }) => ({
    file: fileName(file),
    ...position(text, offset),
    ...rest,
  }));
  const more = sorted.length - problems.length;
  if (more > 0) problems.push({ file: fileName(file), message: `and ${more} more problems` });
  return problems;
}

/** One-based line and column (UTF-16 code units) of an offset. */
export function position(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}
