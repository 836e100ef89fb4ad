import { canonicalJson } from '../lib/canonical.js';

/** A member of a document that is not the same in two of its versions. */
export interface Member {
  /** Such as `budgets.overall.high` or `args[2]`; empty for the whole. */
  path: string;
  /** As JSON, shortened; null where the member is absent. */
  was: string | null;
  is: string | null;
}

/** Deeper values are compared as one: a hostile document could nest without end. */
const MAX_DEPTH = 40;
/** More help nobody. */
const MOST = 50;
/** Characters of a value that are shown. */
const SHOWN = 80;

/**
 * The innermost members in which two JSON values differ, by the order of their names, at most 50. Empty only when the
 * values are the same, but for the members in `told`. Never filter the answer: what is left out then may have taken
 * the place of what counts.
 */
export function changedMembers(was: unknown, is: unknown, told: ReadonlySet<string> = new Set()): Member[] {
  const found: Member[] = [];
  collect(was, is, { path: '', depth: 0 }, told, found);
  return found;
}

interface Place {
  path: string;
  depth: number;
}

function collect(was: unknown, is: unknown, { path, depth }: Place, told: ReadonlySet<string>, found: Member[]): void {
  if (found.length >= MOST || was === is) return;
  const names = depth < MAX_DEPTH ? namesIn(was, is) : undefined;
  if (names === undefined) {
    const [before, after] = [textOf(was), textOf(is)];
    if (before !== after && !told.has(path)) found.push({ path, was: shown(before), is: shown(after) });
    return;
  }
  for (const name of names) {
    const place = { path: pathOf(was, path, name), depth: depth + 1 };
    collect(memberOf(was, name), memberOf(is, name), place, told, found);
  }
}

/** The members of both, when both are objects or both are lists. */
function namesIn(was: unknown, is: unknown): string[] | undefined {
  if (Array.isArray(was) && Array.isArray(is))
    return Array.from({ length: Math.max(was.length, is.length) }, (_, i) => String(i));
  if (!isObject(was) || !isObject(is)) return undefined;
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const memberOf = (value: unknown, name: string): unknown => Object.getOwnPropertyDescriptor(Object(value), name)?.value;

const pathOf = (value: unknown, path: string, name: string): string =>
  Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;

const textOf = (value: unknown): string | null => (value === undefined ? null : canonicalJson(value));

function shown(text: string | null): string | null {
  return text === null || text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1)}…`;
}
