import { JSONParser, type ParsedTokenInfo } from '@streamparser/json';
import * as z from 'zod';
import type { Rule } from '../../core/findings/finding.js';
import type { FindingSeverity } from '../../core/lib/severity.js';
import { addFinding, type Collected, nothing } from './collect.js';
import { duplicateKeys } from './duplicate-keys.js';
import { reportedName } from './names.js';
import { chunksOf } from './open.js';
import { type RawFinding, type ReaderRequest, RefusedReport } from './protocol.js';
import { driverRules, type RuleTable } from './sarif-rules.js';

const position = z.int().min(1);

/** Extra keys are the tool's business; missing evidence is not. `endColumn: 0` is seen from real tools. */
const result = z.looseObject({
  ruleId: z.string().min(1).optional(),
  ruleIndex: z.int().optional(),
  rule: z.looseObject({ id: z.string().min(1).optional(), index: z.int().optional() }).optional(),
  level: z.enum(['none', 'note', 'warning', 'error']).optional(),
  kind: z.string().optional(),
  message: z.looseObject({ text: z.string().min(1).optional(), markdown: z.string().optional() }),
  locations: z
    .array(
      z.looseObject({
        physicalLocation: z.looseObject({
          artifactLocation: z.looseObject({ uri: z.string().min(1) }),
          region: z
            .looseObject({
              startLine: position.optional(),
              startColumn: position.optional().catch(undefined),
              endLine: position.optional().catch(undefined),
              endColumn: position.optional().catch(undefined),
            })
            .optional(),
        }),
      }),
    )
    .min(1, 'a result without a location'),
  suppressions: z.array(z.unknown()).optional(),
});

/**
 * Reads SARIF 2.1.0 as a stream, in two passes: rules may stand after the results that need them.
 * Throws `RefusedReport` for what is broken, cut off, or says that the tool failed.
 */
export function readSarif(fd: number, request: ReaderRequest): Collected {
  const into = nothing();
  const tables = readTables(fd, into);
  const seen = new Set<number>();
  parse(fd, ['$.runs.*.results.*'], (value, path) => {
    const run = Number(path[1]);
    seen.add(run);
    addFinding(into, toFinding(value, tables.get(run), into), request);
  });
  requireResults(fd, tables, seen);
  return into;
}

function readTables(fd: number, into: Collected): Map<number, RuleTable> {
  const tables = new Map<number, RuleTable>();
  let version: unknown;
  const take: Take = (value, path) => {
    if (path[0] === 'version') version = value;
    else if (path[2] === 'tool') tables.set(Number(path[1]), driverRules(value, into.rules));
    else refuseFailedInvocation(value);
  };
  parse(fd, ['$.version', '$.runs.*.tool', '$.runs.*.invocations.*'], take, duplicateKeys());
  if (version !== '2.1.0') throw new RefusedReport('report-broken', 'not SARIF 2.1.0');
  if (tables.size === 0) throw new RefusedReport('report-truncated', 'the report has no run');
  return tables;
}

const invocation = z.looseObject({ executionSuccessful: z.boolean().optional(), exitCode: z.int().optional() });

function refuseFailedInvocation(value: unknown): void {
  const parsed = invocation.safeParse(value);
  if (parsed.success && parsed.data.executionSuccessful !== false) return;
  throw new RefusedReport('tool-reported-failure', 'the report says that the tool did not run to its end');
}

/** A run without a `results` array did not look at anything (SARIF 2.1.0, 3.14.23: absent means not computed). */
function requireResults(fd: number, tables: Map<number, RuleTable>, seen: Set<number>): void {
  const missing = [...tables.keys()].filter((run) => !seen.has(run));
  if (missing.length === 0) return;
  const empty = new Set<number>();
  parse(
    fd,
    missing.map((run) => `$.runs.${run}.results`),
    (value, path) => {
      if (Array.isArray(value)) empty.add(Number(path[1]));
    },
  );
  const absent = missing.find((run) => !empty.has(run));
  if (absent !== undefined) throw new RefusedReport('report-truncated', `run ${absent} has no results array`);
}

type Take = (value: unknown, path: (string | number)[]) => void;

function parse(fd: number, paths: string[], take: Take, look?: (token: ParsedTokenInfo) => void): void {
  const parser = new JSONParser({ paths, keepStack: false });
  if (look !== undefined) parser.onToken = look;
  parser.onValue = ({ value, key, stack }) => {
    const keys = [...stack.slice(1).map((element) => element.key), key];
    take(
      value,
      keys.filter((part) => part !== undefined),
    );
  };
  try {
    for (const chunk of chunksOf(fd)) parser.write(chunk);
    if (!parser.isEnded) parser.end();
  } catch (cause) {
    if (cause instanceof RefusedReport) throw cause;
    throw Object.assign(new RefusedReport('report-broken', 'the report is not complete JSON'), { cause });
  }
}

const LEVELS: Record<string, FindingSeverity> = { error: 'high', warning: 'medium', note: 'low', none: 'none' };

function toFinding(value: unknown, table: RuleTable | undefined, into: Collected): RawFinding {
  const parsed = result.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new RefusedReport('report-broken', `a result is not usable (${issue?.path.join('.')}: ${issue?.message})`);
  }
  const { message, locations, suppressions, level, kind } = parsed.data;
  const index = parsed.data.rule?.index ?? parsed.data.ruleIndex;
  const id = parsed.data.ruleId ?? parsed.data.rule?.id ?? (index === undefined ? undefined : table?.ids[index]);
  const text = message.text ?? message.markdown;
  if (id === undefined || text === undefined)
    throw new RefusedReport('report-broken', 'a result without rule or message');
  const known = into.rules.get(id) ?? addUnknownRule(id, into.rules);
  const place = locations[0]?.physicalLocation;
  return {
    rule: id,
    path: repositoryPath(place?.artifactLocation.uri ?? ''),
    startLine: place?.region?.startLine ?? 1,
    startColumn: place?.region?.startColumn,
    endLine: place?.region?.endLine,
    endColumn: place?.region?.endColumn,
    message: text,
    severity: table?.scored.has(id) || level === undefined ? known.severity : (LEVELS[level] ?? known.severity),
    kind: kind === 'review' ? 'review' : 'fail',
    suppressed: suppressions !== undefined && suppressions.length > 0,
  };
}

function addUnknownRule(id: string, rules: Map<string, Rule>): Rule {
  const text = `Rule ${id}; the tool describes it no further.`;
  const rule: Rule = {
    id: id.slice(0, 255),
    name: id.slice(0, 255),
    severity: 'medium',
    kind: 'fail',
    cwe: [],
    shortDescription: text.slice(0, 1024),
    fullDescription: text.slice(0, 1024),
    help: text,
  };
  rules.set(id, rule);
  return rule;
}

/** The path under the mounted source, percent-decoded. What it resolves to is checked against the snapshot later. */
function repositoryPath(uri: string): string {
  let path = uri;
  try {
    path = decodeURIComponent(uri);
  } catch {
    // Not percent-encoded: a raw path with a lone percent sign.
  }
  return reportedName(path);
}
