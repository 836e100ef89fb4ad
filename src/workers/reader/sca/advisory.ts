import { type FindingSeverity, severityRank } from '../../../core/lib/severity.js';
import type { Sink } from '../adapter.js';

/** One dependency that one advisory speaks of, as a tool found it. Texts are those of the advisory database. */
export interface Match {
  /** Id of the advisory, such as CVE-2021-23337. */
  id: string;
  package: string;
  version: string;
  /** Versions that no longer have the flaw; empty when none is known. */
  fixed: readonly string[];
  /** Set where no release of a line is or will be mended: the last such line. */
  endOfLine?: string;
  /** Canonical package URL; undefined for a package that has none. */
  purl: string | undefined;
  path: string;
  line: number;
  /** `undefined` when the advisory states none. */
  severity: FindingSeverity | undefined;
  cwe: readonly string[];
  aliases: readonly string[];
  summary: string;
  details: string;
  uri?: string | undefined;
  /** Whether the tool marked it as suppressed. */
  suppressed?: boolean;
}

/** An advisory's id as it may be a rule's: a name that waivers refer to. */
export const ADVISORY_ID = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$/;

/** Nobody has judged such a flaw: a lower guess would let it pass the usual budgets. */
const UNSTATED: FindingSeverity = 'high';

const MAX_SUMMARY = 200;
const MAX_FIXED = 12;

/**
 * Gives one rule an advisory and one finding a match. What a rule says is put together from all its matches in a stated
 * order, because the tools write theirs in any.
 */
export function emitMatches(matches: readonly Match[], sink: Sink): void {
  const byId = new Map<string, Match[]>();
  for (const match of [...matches].sort(byPlace)) {
    const same = byId.get(match.id);
    if (same === undefined) byId.set(match.id, [match]);
    else same.push(match);
  }
  for (const id of [...byId.keys()].sort()) emitRule(id, byId.get(id) ?? [], sink);
}

function emitRule(id: string, matches: readonly Match[], sink: Sink): void {
  const [first] = matches;
  if (first === undefined) return;
  const severity = matches.map(severityOf).reduce((a, b) => (severityRank(a) >= severityRank(b) ? a : b));
  const short = oneLine(first.summary) || `${id} in ${first.package}`;
  sink.rule({
    id,
    name: id,
    severity,
    kind: 'fail',
    cwe: unique(matches.flatMap((match) => match.cwe)).slice(0, 20),
    shortDescription: short,
    fullDescription: first.details || first.summary || short,
    help: helpOf(matches),
    ...(first.uri !== undefined && { helpUri: first.uri }),
  });
  for (const match of matches) {
    const own = severityOf(match);
    sink.finding({
      rule: id,
      path: match.path,
      startLine: match.line,
      message: messageOf(match),
      ...(own !== severity && { severity: own }),
      ...(match.suppressed && { suppressed: true }),
      vulnerability: {
        ids: unique([id, ...match.aliases.filter((alias) => ADVISORY_ID.test(alias))]),
        purl: match.purl,
      },
    });
  }
}

const severityOf = (match: Match): FindingSeverity => match.severity ?? UNSTATED;

function messageOf(match: Match): string {
  const what = oneLine(match.summary);
  const subject = [match.package, match.version].filter((text) => text !== '').join(' ');
  return `${subject} has ${match.id}${what === '' ? '' : ` (${what})`}; ${remedyOf(match)}.`;
}

function remedyOf({ fixed, endOfLine }: Match): string {
  if (endOfLine !== undefined) return `no release up to ${endOfLine} mends it`;
  return fixed.length === 0 ? 'no fixed version is known' : `fixed in ${fixed.slice(0, MAX_FIXED).join(', ')}`;
}

function adviceOf({ package: name, fixed, endOfLine }: Match): string {
  if (endOfLine !== undefined)
    return `No release of ${name} up to ${endOfLine} mends it: take a later line, or replace it.`;
  if (fixed.length === 0) return `No fixed version of ${name} is known: replace it, or keep the flaw out of reach.`;
  return `Upgrade ${name} to a fixed version: ${fixed.slice(0, MAX_FIXED).join(', ')}.`;
}

function helpOf(matches: readonly Match[]): string {
  const remedies = unique(matches.map(adviceOf));
  const aliases = unique(matches.flatMap((match) => match.aliases)).filter((alias) => alias !== matches[0]?.id);
  const known = aliases.length === 0 ? [] : [`Also known as ${aliases.join(', ')}.`];
  const unstated = matches.some((match) => match.severity === undefined)
    ? [`The advisory states no severity; it is counted as ${UNSTATED} until somebody has judged it.`]
    : [];
  return [...remedies, ...known, ...unstated].join('\n');
}

function oneLine(text: string): string {
  const line = text.trim().split(/\r\n|\n|\r/)[0] ?? '';
  return line.length > MAX_SUMMARY ? `${line.slice(0, MAX_SUMMARY - 1)}…` : line;
}

export const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const byPlace = (a: Match, b: Match): number =>
  compare(a.path, b.path) ||
  a.line - b.line ||
  compare(a.package, b.package) ||
  compare(a.version, b.version) ||
  compare(a.id, b.id) ||
  compare(a.fixed.join(), b.fixed.join()) ||
  compare(a.summary, b.summary);

/** Bands of a CVSS base score (CVSS 3.1, section 5; the same in 4.0). A score of 0 is still an advisory somebody wrote. */
export function scoreSeverity(score: number): FindingSeverity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  return score >= 4 ? 'medium' : 'low';
}

const WORDS: ReadonlyMap<string, FindingSeverity> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  ['important', 'high'],
  ['moderate', 'medium'],
  ['medium', 'medium'],
  ['low', 'low'],
  ['minor', 'low'],
  ['negligible', 'low'],
]);

/** The severity that a database's word stands for; `undefined` for `UNKNOWN` and for words that nobody stated. */
export const wordSeverity = (word: string | undefined): FindingSeverity | undefined =>
  WORDS.get(word?.toLowerCase() ?? '');

/** CWE ids in the form `CWE-79`; placeholders such as `NVD-CWE-noinfo` are none. */
export const cweIds = (values: readonly string[]): string[] =>
  unique(
    values.flatMap((value) => {
      const match = /^CWE-0*([1-9][0-9]{0,5})$/i.exec(value);
      return match ? [`CWE-${match[1]}`] : [];
    }),
  );
