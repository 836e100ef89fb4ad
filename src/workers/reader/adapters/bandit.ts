import * as z from 'zod';
import type { RuleLine } from '../../lib/protocol.js';
import { REMEDIES } from '../../ruff/remedies.js';
import { RULES } from '../../ruff/table.js';
import type { Adapter, Sink } from '../adapter.js';
import { reportedName } from '../names.js';

const result = z.looseObject({
  filename: z.string().min(1),
  test_id: z.string().regex(/^B[0-9]{3}$/),
  test_name: z.string().min(1),
  issue_severity: z.enum(['HIGH', 'MEDIUM', 'LOW', 'UNDEFINED']),
  issue_cwe: z.looseObject({ id: z.int().positive().optional() }),
  issue_text: z.string().min(1),
  line_number: z.int().min(1),
  line_range: z.array(z.int().min(1)),
  /** Zero-based, in bytes of UTF-8 (Python's `ast`). */
  col_offset: z.int(),
  end_col_offset: z.int(),
  more_info: z.url({ protocol: /^https$/ }),
});
type Result = z.infer<typeof result>;

/** The report of `bandit --format json`, Bandit 1.9. */
const schema = z.looseObject({
  errors: z.array(z.looseObject({ filename: z.string().min(1), reason: z.string() })),
  /** One member for each file that was opened, and `_totals`. */
  metrics: z.looseObject({ _totals: z.looseObject({}) }),
  results: z.array(result),
});

const SEVERITIES = { HIGH: 'high', MEDIUM: 'medium', LOW: 'low', UNDEFINED: 'medium' } as const;

/** Reads the report of Bandit. It exits with 0 also when it could parse no file: `errors` tells. */
export const bandit: Adapter = (report, sink) => {
  const { errors, metrics, results } = schema.parse(report);
  const opened = new Set(Object.keys(metrics).map(reportedName));
  for (const { name: path } of sink.files) {
    if (!opened.has(path)) sink.unread({ path, reason: 'unsupported', detail: 'Bandit did not open this file' });
  }
  for (const { filename, reason } of errors) tellUnread(reportedName(filename), reason, sink);
  for (const found of results) tell(found, sink);
};

function tellUnread(path: string, reason: string, sink: Sink): void {
  if (reason.startsWith('syntax error')) {
    // Also said of what the running Python is too old for, or cannot decode.
    sink.unread({ path, reason: 'unparsable', detail: 'Python could not parse this file' });
  } else if (reason.startsWith('exception')) {
    sink.unread({ path, reason: 'unparsable', detail: 'Bandit failed on this file' });
  } else sink.unread({ path, reason: 'unreadable', detail: 'Bandit could not open this file' });
}

function tell(found: Result, sink: Sink): void {
  const path = reportedName(found.filename);
  const rule = ruleOf(found);
  const { line_number: startLine, col_offset: start, end_col_offset: end } = found;
  const endLine = Math.max(startLine, ...found.line_range);
  const line = sink.text(path).split(/\r\n|\n|\r/)[startLine - 1] ?? '';
  sink.rule(rule);
  sink.finding({
    rule: rule.id,
    path,
    startLine,
    ...(start >= 0 && { startColumn: column(line, start) }),
    endLine,
    // Of a range of lines the offset can be that of another node than the one whose lines are told.
    ...(endLine === startLine && end > start && { endColumn: column(line, end) }),
    message: QUOTING.has(rule.id) ? rule.shortDescription : found.issue_text.replace(/\s+/g, ' '),
    severity: SEVERITIES[found.issue_severity],
  });
}

/** Their messages quote a password, a path or an expression of the source. */
const QUOTING = new Set(['B103', 'B105', 'B106', 'B107', 'B202']);

/** From bytes, among which Python does not count a byte-order mark, to UTF-16 code units. */
const column = (line: string, bytes: number): number =>
  Buffer.from(line).toString('utf8', 0, bytes + (line.startsWith('\ufeff') ? 3 : 0)).length + 1;

/** Ruff's S rules are Bandit's tests by number; the text of the others is Bandit's own. */
function ruleOf({ test_id: id, test_name: test, issue_severity, issue_cwe, issue_text, more_info }: Result) {
  const [, severity, , description] = RULES[id.replace('B', 'S')] ?? [];
  const short = description === undefined ? issue_text.replace(/\s+/g, ' ') : `${description}.`;
  return {
    id,
    // All tests for forbidden calls and imports are called `blacklist`; their pages tell them apart.
    name: /#(?:b[0-9]{3}-)+([a-z0-9-]+)$/.exec(more_info)?.[1] ?? test,
    severity: severity ?? SEVERITIES[issue_severity],
    kind: 'fail',
    cwe: issue_cwe.id === undefined ? [] : [`CWE-${issue_cwe.id}`],
    shortDescription: short,
    fullDescription: short,
    help: REMEDIES[id.replace('B', 'S')] ?? `The test is described at ${more_info}`,
    helpUri: more_info,
  } satisfies Omit<RuleLine, 'type'>;
}
