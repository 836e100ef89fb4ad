import * as z from 'zod';
import type { RuleLine, UnreadLine } from '../../lib/protocol.js';
import type { Adapter, Sink } from '../adapter.js';
import { reportedName } from '../names.js';

const texts = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

/** What a rule says of itself: Semgrep's own `cwe`, and this project's `severity` and `remedy`. */
const metadata = z.looseObject({
  cwe: texts.default([]),
  severity: z.enum(['critical', 'high', 'medium', 'low']).optional(),
  remedy: z.string().min(1).optional(),
});

const position = z.looseObject({ line: z.int().min(1), col: z.int().min(1) });

const result = z.looseObject({
  check_id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/),
  path: z.string().min(1),
  start: position,
  end: position,
  extra: z.looseObject({
    message: z.string().min(1),
    severity: z.enum(['CRITICAL', 'ERROR', 'HIGH', 'WARNING', 'MEDIUM', 'INFO', 'LOW', 'INVENTORY', 'EXPERIMENT']),
    metadata: metadata.default({ cwe: [] }),
    /** Opengrep tells of a `nosem` comment this way; Semgrep gives such a result like any other. */
    is_ignored: z.boolean().optional(),
  }),
});
type Result = z.infer<typeof result>;

const located = z.looseObject({ location: z.looseObject({ path: z.string().min(1) }) });

/** `--json` of Semgrep 1.182 and Opengrep 1.30: semgrep_output_v1 of semgrep/semgrep-interfaces. */
const schema = z.looseObject({
  version: z.string().min(1),
  results: z.array(result),
  errors: z.array(
    z.looseObject({ type: texts.or(z.tuple([z.string()], z.unknown())), path: z.string().min(1).optional() }),
  ),
  paths: z.looseObject({
    scanned: z.array(z.string().min(1)),
    skipped: z.array(z.looseObject({ path: z.string().min(1), reason: z.string() })).optional(),
  }),
  skipped_rules: z.array(z.unknown()).default([]),
  /** Only here Semgrep says where it gave up following data, which it does by itself after a fifth of a second (its Limits_semgrep.ml). */
  time: z.looseObject({ fixpoint_timeouts: z.array(located).default([]) }).default({ fixpoint_timeouts: [] }),
});
type Report = z.infer<typeof schema>;

type Why = Pick<UnreadLine, 'reason' | 'detail'>;
const CUT_SHORT: Why = { reason: 'timeout', detail: 'a rule ran into its time limit, so the search was cut short' };
const NOT_PARSED: Why = { reason: 'unparsable', detail: 'the parser did not understand all of it' };
const BROKEN_OFF: Why = { reason: 'too-large', detail: 'the search took too much memory or found too much' };

/** Errors that are about one file. Each other one is about the rules or the tool, and then the report tells nothing. */
const FILE_ERRORS = new Map<string, Why>([
  ['PartialParsing', NOT_PARSED],
  ['Lexical error', NOT_PARSED],
  ['Syntax error', NOT_PARSED],
  ['Other syntax error', NOT_PARSED],
  ['AST builder error', NOT_PARSED],
  ['Internal matching error', { reason: 'unparsable', detail: 'a rule failed on it' }],
  ['Timeout', CUT_SHORT],
  ['Fixpoint timeout', CUT_SHORT],
  ['Out of memory', BROKEN_OFF],
  ['Stack overflow', BROKEN_OFF],
  ['Too many matches', BROKEN_OFF],
]);

const SKIPPED = new Map<string, Why>([
  ['exceeded_size_limit', { reason: 'too-large', detail: 'the tool left it out for its size' }],
  ['too_big', { reason: 'too-large', detail: 'the tool left it out for its size' }],
  ['binary', { reason: 'not-text', detail: 'the tool took it for binary' }],
  ['insufficient_permissions', { reason: 'unreadable', detail: 'the tool could not open it' }],
  ['analysis_failed_parser_or_internal_error', NOT_PARSED],
]);
const NOT_SCANNED: Why = { reason: 'unsupported', detail: 'the tool does not list it as scanned' };

/** Reads the report of Semgrep or Opengrep. Results under a `nosem` comment are findings like all others. */
export const semgrep: Adapter = (report, sink) => {
  const parsed = schema.parse(report);
  if (parsed.skipped_rules.length > 0) sink.failed('the tool left out some of its rules');
  tellUnread(parsed, sink);
  const linesOf = reader(sink);
  for (const one of [...parsed.results].sort(byPlace)) tell(one, linesOf, sink);
};

/** One line for each file and reason, however many rules had the same trouble with it. */
function tellUnread({ errors, paths, time }: Report, sink: Sink): void {
  const scanned = new Set(paths.scanned.map(reportedName));
  const skipped = new Map((paths.skipped ?? []).map(({ path, reason }) => [reportedName(path), SKIPPED.get(reason)]));
  const told = new Set<string>();
  const unread = (path: string, why: Why) => {
    const key = `${why.reason} ${path}`;
    if (!told.has(key)) sink.unread({ path, ...why });
    told.add(key);
  };
  for (const { type, path } of errors) {
    const why = FILE_ERRORS.get(String(type[0]));
    if (why === undefined || path === undefined) sink.failed('the tool or its rules failed');
    unread(reportedName(path), why);
  }
  for (const { location } of time.fixpoint_timeouts) unread(reportedName(location.path), CUT_SHORT);
  for (const { name } of sink.files) {
    const why = skipped.get(name);
    if (why !== undefined) unread(name, why);
    else if (!scanned.has(name)) unread(name, NOT_SCANNED);
  }
}

function tell(one: Result, linesOf: LinesOf, sink: Sink): void {
  const { start, end, extra } = one;
  const path = reportedName(one.path);
  const lines = linesOf(path);
  sink.rule(ruleOf(one));
  sink.finding({
    rule: one.check_id,
    path,
    startLine: start.line,
    startColumn: column(lines[start.line - 1], start.col),
    endLine: end.line,
    endColumn: column(lines[end.line - 1], end.col),
    message: oneLine(extra.message),
    suppressed: extra.is_ignored === true,
  });
}

const SEVERITIES = {
  CRITICAL: 'critical',
  ERROR: 'high',
  HIGH: 'high',
  WARNING: 'medium',
  MEDIUM: 'medium',
  INFO: 'low',
  LOW: 'low',
  INVENTORY: 'none',
  EXPERIMENT: 'none',
} as const;

function ruleOf({ check_id: id, extra }: Result): Omit<RuleLine, 'type'> {
  const message = oneLine(extra.message);
  return {
    id,
    name: id,
    severity: extra.metadata.severity ?? SEVERITIES[extra.severity],
    kind: 'fail',
    cwe: [...new Set(extra.metadata.cwe.flatMap(cweOf))].sort(),
    shortDescription: /^.+?[.!?](?= |$)/.exec(message)?.[0] ?? message,
    fullDescription: message,
    help: extra.metadata.remedy ?? message,
  };
}

/** From `CWE-79: …` or `cwe-79`. */
function cweOf(text: string): string[] {
  const number = /\bcwe-0*([1-9][0-9]{0,5})\b/i.exec(text)?.[1];
  return number === undefined ? [] : [`CWE-${number}`];
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

type LinesOf = (path: string) => readonly string[];

function reader(sink: Sink): LinesOf {
  const known = new Map<string, readonly string[]>();
  return (path) => {
    const lines = known.get(path) ?? sink.text(path).split('\n');
    known.set(path, lines);
    return lines;
  };
}

/** Both tools count columns in bytes of UTF-8, also for languages whose parser counts otherwise. */
const column = (line: string | undefined, col: number): number =>
  Buffer.from(line ?? '').toString('utf8', 0, col - 1).length + 1;

/** A rule's texts can hold parts of the source: the first place decides, not the order of the report. */
function byPlace(a: Result, b: Result): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.start.line - b.start.line || a.start.col - b.start.col || a.end.line - b.end.line || a.end.col - b.end.col;
}
