import * as z from 'zod';
import type { FindingSeverity } from '../../../core/lib/severity.js';
import type { Adapter, Sink } from '../adapter.js';

const problem = z.looseObject({
  message: z.string().min(1),
  filepath: z.string().min(1),
  line: z.int().min(0),
  /** One-based, 0 where it is not known. `end_column` is no end: it is where the next blank of the shown line stands. */
  column: z.int().min(0),
  kind: z.string().regex(/^[a-z]+(?:-[a-z]+)*$/),
});
type Problem = z.infer<typeof problem>;

/** The report of `-format '{{json .}}'`, actionlint 1.7. */
const schema = z.array(problem);

interface Rule {
  severity: FindingSeverity;
  cwe: string[];
  title: string;
  help: string;
}

/** The kinds that speak of security. Of `expression` it is only what actionlint says of untrusted input. */
const SECURITY: Record<string, Rule> = {
  'expression-injection': {
    severity: 'high',
    cwe: ['CWE-94'],
    title: 'Untrusted input is expanded into a script',
    help: 'Pass the value to the script through an environment variable.',
  },
  credentials: {
    severity: 'high',
    cwe: ['CWE-798'],
    title: 'A password of a container registry stands in the workflow',
    help: 'Take the value from a secret, and renew the password.',
  },
  'if-cond': {
    severity: 'medium',
    cwe: ['CWE-571'],
    title: 'A condition is always true or always false',
    help: 'Put the whole condition inside the double braces of an expression, or use none.',
  },
  'deprecated-commands': {
    severity: 'low',
    cwe: ['CWE-77'],
    title: 'A workflow command that is read from the output of a step',
    help: 'Write to $GITHUB_ENV, $GITHUB_PATH, $GITHUB_OUTPUT or $GITHUB_STATE instead.',
  },
};

/** Reads the report of actionlint. What is not about security is a note for review: a workflow that does not work is no weakness. */
export const actionlint: Adapter = (report, sink) => {
  const problems = schema.parse(report);
  for (const { filepath } of problems.filter(isUnread)) {
    sink.unread({ path: filepath, reason: 'unparsable', detail: 'actionlint could not parse this file' });
  }
  for (const found of problems.filter((each) => !isUnread(each))) tell(found, sink);
};

/** No rule looks at a file that is no YAML; after other errors of syntax they do. */
const isUnread = ({ kind, message }: Problem): boolean =>
  kind === 'syntax-check' && message.startsWith('could not parse as YAML');

function tell(found: Problem, sink: Sink): void {
  const id = ruleOf(found);
  const known = SECURITY[id];
  const kind = known === undefined ? ('review' as const) : ('fail' as const);
  const title = known?.title ?? `actionlint check ${id}`;
  sink.rule({
    id,
    name: id,
    severity: known?.severity ?? 'none',
    kind,
    cwe: known?.cwe ?? [],
    shortDescription: title,
    fullDescription: title,
    help: known?.help ?? 'The checks are described at https://github.com/rhysd/actionlint/blob/main/docs/checks.md',
    helpUri: 'https://github.com/rhysd/actionlint/blob/main/docs/checks.md',
  });
  const { filepath: path, message } = found;
  sink.finding({ rule: id, path, ...placeOf(found, sink), message, severity: known?.severity ?? 'none', kind });
}

const ruleOf = ({ kind, message }: Problem): string =>
  kind === 'expression' && message.includes('potentially untrusted') ? 'expression-injection' : kind;

/** Columns are bytes or code points: given only for a line of ASCII, where all counts agree, that holds the column at all. */
function placeOf({ filepath, line, column }: Problem, sink: Sink) {
  const startLine = Math.max(line, 1);
  const text = sink.text(filepath).split('\n')[startLine - 1] ?? '';
  const known = column > 0 && column <= text.length && /^[\t\r -~]*$/.test(text);
  return { startLine, ...(known && { startColumn: column }) };
}
