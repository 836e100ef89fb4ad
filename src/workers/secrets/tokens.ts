import { RE2JS } from 're2js';
import { type Candidate, RANK } from './candidate.js';
import { crcHolds } from './checksum.js';
import { isFiller, isPlaceholder } from './placeholder.js';
import { entropy, looksRandom } from './randomness.js';
import type { TokenRule } from './rules.js';

/** What a pattern sees of the text: the longest known token form (a signed JWT with claims) with room to spare. */
const WINDOW = 8192;

const WORD = /[A-Za-z0-9_-]/;
const ALPHANUMERIC = /[A-Za-z0-9]/;
const PRINTABLE = /^[ -~\r\n\t]*$/;

/** Looks for one rule's token where its literal ends. */
export type TokenDetector = (text: string, literal: string, end: number) => Candidate | undefined;

/** `binary`: only what is all printable ASCII counts, the rest are chance bytes. */
export function tokenDetector(rule: TokenRule, binary: boolean): TokenDetector {
  const compiled = lazily(() => RE2JS.compile(rule.pattern));
  return (text, literal, end) => {
    const start = tokenStart(rule, text, end - literal.length);
    if (start === undefined || (rule.command !== undefined && !inCommand(rule.command, text, start))) return undefined;
    const matcher = compiled().matcher(text.slice(start, start + WINDOW));
    if (!matcher.lookingAt()) return undefined;
    const group = matcher.groupCount() > 0 && matcher.start(1) >= 0 ? 1 : 0;
    const from = start + matcher.start(group);
    const to = start + matcher.end(group);
    if (!rule.anywhere && group === 0 && WORD.test(text.charAt(to))) return undefined;
    const value = text.slice(from, to);
    if (rule.password && RESERVED_HOST.test(text.slice(to, to + 80))) return undefined;
    if ((binary && !PRINTABLE.test(value)) || !credible(rule, value, literal)) return undefined;
    return {
      rule: rule.id,
      start: from,
      end: to,
      rank: rule.password ? RANK.named : RANK.token,
      ...confidence(rule, value),
    };
  };
}

/** Hosts that exist in documentation only (RFC 2606). */
const RESERVED_HOST = /^@(?:[\w-]{1,30}\.){0,3}(?:example(?:\.(?:com|org|net))?|test|invalid)(?![\w.-])/;

/** How far back the command's name is looked for: continued lines and headers may come between. */
const COMMAND_REACH = 400;

function inCommand(command: string, text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - COMMAND_REACH), at);
  const name = before.lastIndexOf(command);
  return name >= 0 && !/[|;]|[^\\]\r?\n/.test(before.slice(name));
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/**
 * Where the token begins, if it begins a word. Starting only at a word's first character also keeps the work linear:
 * a run of word characters is entered once a rule, however often the literal occurs in it.
 */
function tokenStart(rule: TokenRule, text: string, literalAt: number): number | undefined {
  let start = literalAt;
  for (let left = rule.before ?? 0; left > 0 && ALPHANUMERIC.test(text.charAt(start - 1)); left--) start -= 1;
  if (rule.anywhere || start === 0 || !WORD.test(text.charAt(start - 1))) return start;
  return followsEscape(text, start) ? start : undefined;
}

/** `\n` and the like in a string literal, or `%3D` in a URL, end in a letter or digit and yet separate. */
const followsEscape = (text: string, at: number): boolean =>
  /\\[nrtbf]$|%[0-9A-Fa-f]{2}$/.test(text.slice(Math.max(0, at - 3), at));

function credible(rule: TokenRule, value: string, literal: string): boolean {
  if (rule.password ? isPlaceholder(value) || COMMON.test(value) : isFiller(withoutPrefix(value, literal)))
    return false;
  if (rule.entropy !== undefined && entropy(value) < rule.entropy) return false;
  return !rule.random || looksRandom(withoutPrefix(value, literal));
}

/** A provider's fixed prefix may itself look like a filler. */
const withoutPrefix = (value: string, literal: string): string =>
  value.startsWith(literal) ? value.slice(literal.length) : value;

/** What documentation writes for a password in a URL. */
const COMMON =
  /^(?:p|pw|pass|passwd|password|pwd|user|username|root|admin|secret|token|postgres|mysql|guest|test|key|api_?key|auth)?$/i;

function confidence(rule: TokenRule, value: string): Pick<Candidate, 'severity' | 'note'> {
  if (rule.checksum === undefined || crcHolds(value)) return {};
  return { severity: 'medium', note: 'Its checksum does not hold: it may be invented or cut.' };
}
