import type { Sink } from '../adapter.js';

/** Occurrences of a name that are looked at in one file: a name of one letter must not make the search quadratic. */
const MAX_OCCURRENCES = 200;
/** How far below its name a lockfile states a version: five lines in package-lock.json, pnpm-lock.yaml and pom.xml. */
const VERSION_WITHIN = 6;

/** Code units of a line that are looked at, on average: minified files have one line. */
const MAX_LINE = 500;

const NAME_CHARACTER = /[A-Za-z0-9_.-]/;

/**
 * Finds where lockfiles state dependencies. Reads each file once.
 * The answer is the first line that holds the name as a whole and the version on it or just below; else the first line
 * with the name; else line 1. The file is hostile, so this is a place to look and no evidence.
 */
export function dependencyLines(sink: Sink): (path: string, name: string, version: string) => number {
  const texts = new Map<string, Indexed>();
  return (path, name, version) => {
    const known = texts.get(path) ?? indexed(sink.text(path));
    texts.set(path, known);
    return lineOf(known, lastName(name), version);
  };
}

/** `group:artifact` is written apart in a pom.xml. */
const lastName = (name: string): string => name.slice(name.lastIndexOf(':') + 1);

interface Indexed {
  text: string;
  /** Offset of each line. */
  starts: number[];
}

function indexed(text: string): Indexed {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return { text, starts };
}

function lineOf({ text, starts }: Indexed, name: string, version: string): number {
  if (name === '') return 1;
  let first: number | undefined;
  for (const at of occurrences(text, name)) {
    const line = lineAt(starts, at);
    first ??= line;
    const end = starts[line + VERSION_WITHIN - 1] ?? text.length;
    const below = text.slice(at, Math.min(end, at + VERSION_WITHIN * MAX_LINE));
    if (version !== '' && below.includes(version)) return line;
  }
  return first ?? 1;
}

/** Where the name stands as it is; else, where it is spelt as PyPI allows (PEP 503). */
function occurrences(text: string, name: string): number[] {
  const exact = wholes(text, name);
  if (exact.length > 0) return exact;
  const pattern = name
    .split(/[-_.]+/)
    .map(escaped)
    .join('[-_.]+');
  return [...text.matchAll(new RegExp(`(?<![A-Za-z0-9_.-])${pattern}(?![A-Za-z0-9_.-])`, 'gi'))]
    .slice(0, MAX_OCCURRENCES)
    .map(({ index }) => index);
}

const escaped = (text: string): string => text.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&');

function wholes(text: string, name: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) {
    if (isWhole(text, at, name)) found.push(at);
    if (found.length === MAX_OCCURRENCES) break;
  }
  return found;
}

/** A version may have a `v` before it. */
function isWhole(text: string, at: number, name: string): boolean {
  const before = /^[0-9]/.test(name) ? (text[at - 1] ?? '').replace(/v/i, '') : (text[at - 1] ?? '');
  return !NAME_CHARACTER.test(before) && !NAME_CHARACTER.test(text[at + name.length] ?? '');
}

/** One-based line of an offset, by bisection. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}
