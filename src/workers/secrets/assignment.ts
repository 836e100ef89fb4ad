import { RE2JS } from 're2js';
import { type Candidate, RANK } from './candidate.js';
import { judge } from './judge.js';
import { kindOf, repeatsName, wordsOf } from './names.js';
import { isFiller, isPlaceholder } from './placeholder.js';
import type { NamedRule } from './rules.js';
import type { Syntax } from './syntax.js';
import { type AssignedValue, assignedValue, type Span } from './value.js';

/** Parts of names that promise a secret. */
export const NAME_PARTS = ['pass', 'pwd', 'psk', 'secret', 'token', 'key', 'auth', 'cred', 'salt', 'bearer'];

const NAME_CHARACTER = /[A-Za-z0-9_.-]/;
const LONGEST_NAME = 100;
/** Last parts of a dotted name that say nothing without the part before. */
const VAGUE = /^(?:key|value|default|plain|prod|production|dev|test)$/i;

/** The two rules for values whose form tells nothing. */
export interface GenericRules {
  secret: string;
  password: string;
}

/** How far the names of one file have been read: a name with several telling parts is read once. */
export interface Progress {
  nameEnd: number;
}

/** Finds a value by the name it is given, around a place where a part of a name was seen. In the order of the text. */
export type AssignmentDetector = (text: string, end: number, syntax: Syntax, done: Progress) => Candidate | undefined;

export function assignmentDetector(named: readonly NamedRule[], generic: GenericRules): AssignmentDetector {
  const matchers = named.map((rule) => ({ rule, pattern: RE2JS.compile(rule.pattern) }));
  return (text, end, syntax, done) => {
    if (end <= done.nameEnd) return undefined;
    const name = nameAround(text, end);
    done.nameEnd = name.end;
    const words = tellingWords(text.slice(name.start, name.end));
    const kind = kindOf(words);
    const candidates = matchers.filter(({ rule }) => rule.names.some((n) => words.some((word) => word.includes(n))));
    if (kind === undefined && candidates.length === 0) return undefined;
    const found = assignedValue(text, name, syntax);
    if (found === undefined) return undefined;
    // Also what keeps the work linear: a run of unquoted text is read once.
    if (!found.quoted) done.nameEnd = found.end;
    const value = text.slice(found.start, found.end);
    const provider = candidates.find(
      ({ pattern }) => pattern.matches(value) && !isPlaceholder(value) && !isFiller(value),
    );
    if (provider !== undefined) return candidate(provider.rule.id, found, RANK.named);
    if (kind === undefined || (kind === 'secret' && repeatsName(value, words))) return undefined;
    const confidence = judge({ kind, value, quoted: found.quoted, syntax });
    if (confidence === undefined) return undefined;
    const severity = confidence === 'word' ? ({ severity: 'low' } as const) : {};
    return { ...candidate(generic[kind], found, RANK.assigned), ...severity };
  };
}

const candidate = (rule: string, { start, end }: AssignedValue, rank: number): Candidate => ({
  rule,
  start,
  end,
  rank,
});

function nameAround(text: string, at: number): Span {
  let start = at;
  while (start > 0 && at - start < LONGEST_NAME && NAME_CHARACTER.test(text.charAt(start - 1))) start -= 1;
  let end = at;
  while (end < text.length && end - at < LONGEST_NAME && NAME_CHARACTER.test(text.charAt(end))) end += 1;
  // A full stop after a name, and the operator `.=`, are no part of it; neither is an option's leading dashes.
  while (end > at && /[.-]/.test(text.charAt(end - 1))) end -= 1;
  while (start < at && /[.-]/.test(text.charAt(start))) start += 1;
  return { start: spacedStart(text, start), end };
}

/** `API key: …` and `Secret key = …`, as tables and configuration files of people write it. */
function spacedStart(text: string, start: number): number {
  const owner = /(?:api|access|secret|private|auth) $/i.exec(text.slice(Math.max(0, start - 8), start));
  return owner === null ? start : start - owner[0].length;
}

function tellingWords(name: string): string[] {
  const parts = name.split('.').filter((part) => part !== '');
  const last = parts.at(-1) ?? '';
  return wordsOf(VAGUE.test(last) ? parts.slice(-2).join('_') : last);
}
