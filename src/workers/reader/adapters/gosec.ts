import * as z from 'zod';
import { type FindingSeverity, severityRank } from '../../../core/lib/severity.js';
import type { Adapter, Sink } from '../adapter.js';
import { leftOut } from '../gosec/build.js';
import { GOSEC_RULES } from '../gosec/rules.js';
import { reportedName } from '../names.js';

const issue = z.looseObject({
  severity: z.enum(['HIGH', 'MEDIUM', 'LOW']),
  cwe: z.looseObject({ id: z.string().regex(/^[1-9][0-9]{0,5}$/) }).nullish(),
  rule_id: z.string().regex(/^G[0-9]{3}$/),
  details: z.string().min(1),
  file: z.string().min(1),
  /** One line, or a range of them. */
  line: z.string().regex(/^[1-9][0-9]{0,8}(-[1-9][0-9]{0,8})?$/),
  /** One-based, in bytes of UTF-8 (go/token). */
  column: z.string().regex(/^[1-9][0-9]{0,8}$/),
  nosec: z.boolean(),
  suppressions: z.array(z.unknown()).nullable(),
});
type Issue = z.infer<typeof issue>;

/** `-fmt json` of gosec 2.22.10 (its ReportInfo). */
const schema = z.looseObject({
  'Golang errors': z.record(z.string(), z.array(z.looseObject({ error: z.string() }))),
  Issues: z.array(issue),
  Stats: z.looseObject({ files: z.int().min(0), found: z.int().min(0) }),
});

/**
 * Reads the report of gosec. It lists no file that it read, and goes on with what it understood of a package that does not
 * compile: what it left out is worked out from the files themselves, and its own count is the check.
 */
export const gosec: Adapter = (report, sink) => {
  const { 'Golang errors': errors, Issues: issues, Stats: stats } = schema.parse(report);
  if (stats.found > issues.length) sink.failed('gosec counted more issues than its report holds');
  tellUnread(errors, stats.files, sink);
  const severities = severityByRule(issues);
  for (const one of issues) tell(one, severities.get(one.rule_id) ?? SEVERITIES[one.severity], sink);
};

type Errors = z.infer<typeof schema>['Golang errors'];

const UNTYPED = 'its package does not compile by itself: what needs types found nothing in it';
const UNCOUNTED = 'gosec read fewer files than it was given, and does not say which';

function tellUnread(errors: Errors, counted: number, sink: Sink): void {
  const built: string[] = [];
  for (const { name } of sink.files.filter((file) => file.name.endsWith('.go'))) {
    const why = leftOut(name, sink.text(name));
    if (why === undefined) built.push(name);
    else sink.unread({ path: name, reason: 'unsupported', detail: why });
  }
  const broken = brokenFolders(errors, built);
  const stateOf = (name: string): State => (broken === 'all' ? 'skipped' : (broken.get(folderOf(name)) ?? 'whole'));
  for (const path of built.filter((name) => stateOf(name) !== 'whole'))
    sink.unread({ path, reason: 'unparsable', detail: UNTYPED });
  const whole = built.filter((name) => stateOf(name) === 'whole');
  if (counted >= built.filter((name) => stateOf(name) !== 'skipped').length) return;
  for (const path of whole) sink.unread({ path, reason: 'unsupported', detail: UNCOUNTED });
}

/** What gosec did with the files of a folder: of a package that does not compile it reads what it can, or nothing. */
type State = 'whole' | 'partial' | 'skipped';

const folderOf = (name: string): string => name.slice(0, Math.max(name.lastIndexOf('/'), 0));

/** A file that is embedded is not there, which changes no type. */
const NOT_EMBEDDED = /^pattern [^\n]{1,1000}: no matching files found$/;

/** Errors stand under a file, a folder, or nothing: what belongs to no known folder may be about any. */
function brokenFolders(errors: Errors, built: readonly string[]): ReadonlyMap<string, State> | 'all' {
  const folders = new Set(built.map(folderOf));
  const broken = new Map<string, State>();
  for (const [key, list] of Object.entries(errors)) {
    for (const { error } of list.filter((one) => !NOT_EMBEDDED.test(one.error))) {
      const places = key === '' ? filesIn(error) : [reportedName(key)];
      const found = places.map(placeOf);
      if (found.length === 0 || found.some(([folder]) => !folders.has(folder))) return 'all';
      for (const [folder, state] of found) if (broken.get(folder) !== 'skipped') broken.set(folder, state);
    }
  }
  return broken;
}

const placeOf = (place: string): [folder: string, state: State] =>
  place.endsWith('.go') ? [folderOf(place), 'partial'] : [place === '.' ? '' : place, 'skipped'];

/** The files that the compiler's output names, a line each. */
const filesIn = (output: string): string[] =>
  [...output.matchAll(/^(?!#)([^\n:]+\.go):[0-9]+:/gm)].map(([, file]) => reportedName(file ?? ''));

const SEVERITIES = { HIGH: 'high', MEDIUM: 'medium', LOW: 'low' } as const;

function severityByRule(issues: readonly Issue[]): Map<string, FindingSeverity> {
  const highest = new Map<string, FindingSeverity>();
  for (const { rule_id: id, severity } of issues) {
    const known = highest.get(id);
    if (known === undefined || severityRank(SEVERITIES[severity]) > severityRank(known))
      highest.set(id, SEVERITIES[severity]);
  }
  return highest;
}

function tell(one: Issue, severity: FindingSeverity, sink: Sink): void {
  const { rule_id: id, details, cwe } = one;
  const [name, what, remedy] = GOSEC_RULES[id] ?? [id, details, 'gosec says no more about it.'];
  sink.rule({
    id,
    name,
    severity,
    kind: 'fail',
    cwe: cwe == null ? [] : [`CWE-${cwe.id}`],
    shortDescription: what,
    fullDescription: what,
    help: remedy,
  });
  const path = reportedName(one.file);
  const [startLine = 1, endLine = startLine] = one.line.split('-').map(Number);
  const line = sink.text(path).split('\n')[startLine - 1] ?? '';
  sink.finding({
    rule: id,
    path,
    startLine,
    startColumn: Buffer.from(line).toString('utf8', 0, Number(one.column) - 1).length + 1,
    endLine,
    message: details.replace(/\s+/g, ' '),
    severity: SEVERITIES[one.severity],
    suppressed: one.nosec || (one.suppressions ?? []).length > 0,
  });
}
