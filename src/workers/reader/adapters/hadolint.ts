import * as z from 'zod';
import type { FindingSeverity } from '../../../core/lib/severity.js';
import type { Adapter, Sink } from '../adapter.js';

const LEVELS = ['error', 'warning', 'info', 'style'] as const;

const problem = z.looseObject({
  code: z.string().regex(/^(?:DL|SC)[0-9]{4}$/),
  /** Always 1 for rules of Hadolint and of ShellCheck: it knows the instruction, not the place in it. */
  column: z.int(),
  file: z.string().min(1),
  level: z.enum(LEVELS),
  line: z.int().min(1),
  message: z.string().min(1),
});
type Problem = z.infer<typeof problem>;

/** The report of `--format json`, Hadolint 2. */
const schema = z.array(problem);

/** What the parser answers instead of a judgement (Hadolint's wiki, DL1000). */
const PARSE_ERROR = 'DL1000';

/** Patterns of what stays out of a build, by the name of its Dockerfile: no Dockerfile itself (Docker's manual, build context). */
const IGNORE_FILE = /\.dockerignore$/;

/** Findings are about good practice: none of them alone makes an image exploitable, so nothing is above medium. */
const SEVERITY = { error: 'medium', warning: 'low', info: 'none', style: 'none' } as const satisfies Record<
  (typeof LEVELS)[number],
  FindingSeverity
>;

/** The rules with a weakness behind them; the others are about size, speed or upkeep of an image. */
const CWE: Record<string, string> = { DL3002: 'CWE-250', DL3004: 'CWE-250' };

/** Reads the report of Hadolint. Notes and matters of style are for review. */
export const hadolint: Adapter = (report, sink) => {
  const problems = schema.parse(report);
  const judged = problems.filter(({ code }) => code !== PARSE_ERROR);
  for (const { file } of problems.filter(({ code, file }) => code === PARSE_ERROR && !IGNORE_FILE.test(file))) {
    sink.unread({ path: file, reason: 'unparsable', detail: 'Hadolint could not parse this file' });
  }
  for (const found of judged) tell(found, sink);
  for (const { name } of sink.files) tellSteered(name, sink);
};

function tell({ code, file, level, line, message }: Problem, sink: Sink): void {
  const [severity, kind] = [SEVERITY[level], SEVERITY[level] === 'none' ? ('review' as const) : ('fail' as const)];
  // Messages name parts of the file, and the same rule must read the same in each report.
  const text = `${code.startsWith('SC') ? 'ShellCheck' : 'Hadolint'} rule ${code}`;
  sink.rule({
    id: code,
    name: code,
    severity,
    kind,
    cwe: [CWE[code] ?? []].flat(),
    shortDescription: text,
    fullDescription: text,
    help: `The rule is described at ${wiki(code)}`,
    helpUri: wiki(code),
  });
  sink.finding({ rule: code, path: file, startLine: line, message, severity, kind });
}

const wiki = (code: string): string =>
  code.startsWith('SC')
    ? `https://www.shellcheck.net/wiki/${code}`
    : `https://github.com/hadolint/hadolint/wiki/${code}`;

/** Both are read although pragmas are off: a shell that ShellCheck does not know, and ShellCheck's own directives in here-documents. */
const STEERS = [
  /^[ \t]*#[ \t]*hadolint[ \t]+shell[ \t]*=[ \t]*(?!(?:(?:\/usr)?\/bin\/)?(?:sh|bash|dash|ash|ksh)[ \t]*$)/im,
  /^[ \t]*#[ \t]*shellcheck[ \t]+\S/im,
];

/** A file that turns part of the analysis off in a comment was not judged whole. */
function tellSteered(name: string, sink: Sink): void {
  const text = sink.text(name);
  if (!STEERS.some((pattern) => pattern.test(text))) return;
  const detail = 'a comment of the file turns off checks of its shell commands, and Hadolint has no switch against it';
  sink.unread({ path: name, reason: 'unsupported', detail });
}
