import * as z from 'zod';
import { ruleLines, severityOf } from '../../ruff/rules.js';
import type { Adapter, Sink } from '../adapter.js';
import { reportedName } from '../names.js';

/** One-based; columns count Unicode characters. */
const place = z.looseObject({ row: z.int().min(1), column: z.int().min(1) });

const diagnostic = z.looseObject({
  code: z.string().min(1),
  filename: z.string().min(1),
  message: z.string().min(1),
  location: place,
  end_location: place,
});
type Diagnostic = z.infer<typeof diagnostic>;

/** The report of `ruff check --output-format json`, Ruff 0.17. */
const schema = z.array(diagnostic);

/** Codes that say that a file was not judged: a syntax error, and an error while reading (Ruff's rule `io-error`). */
const SYNTAX_ERROR = 'invalid-syntax';
const IO_ERROR = 'E902';

/** Reads the report of the native Ruff into the findings, rules and gaps of the WebAssembly build (src/workers/ruff). */
export const ruff: Adapter = (report, sink) => {
  const diagnostics = schema.parse(report).map((found) => ({ ...found, filename: reportedName(found.filename) }));
  for (const rule of ruleLines()) sink.rule(rule);
  for (const found of unjudged(diagnostics)) tellUnread(found, sink);
  const judged = diagnostics.filter(({ code }) => code !== SYNTAX_ERROR && code !== IO_ERROR);
  const linesOf = lastFile((name) => sink.text(name).split(/\r\n|\n|\r/));
  for (const found of judged) tell(found, linesOf(found.filename), sink);
};

/** The first of each file. */
function unjudged(diagnostics: readonly Diagnostic[]): Iterable<Diagnostic> {
  const first = new Map<string, Diagnostic>();
  for (const found of diagnostics) {
    if ((found.code === SYNTAX_ERROR || found.code === IO_ERROR) && !first.has(found.filename))
      first.set(found.filename, found);
  }
  return first.values();
}

function tellUnread({ code, filename: path, location }: Diagnostic, sink: Sink): void {
  if (code === IO_ERROR) sink.unread({ path, reason: 'not-text', detail: 'not UTF-8 text' });
  else sink.unread({ path, reason: 'unparsable', detail: `syntax error at line ${location.row}` });
}

function tell(found: Diagnostic, lines: readonly string[], sink: Sink): void {
  const { code, filename, message, location: start, end_location: end } = found;
  sink.finding({
    rule: code,
    path: filename,
    startLine: start.row,
    startColumn: column(lines[start.row - 1], start.column),
    endLine: end.row,
    endColumn: column(lines[end.row - 1], end.column),
    // S105 to S108 end in `: "text of the source"`, which may be a secret.
    message: message.replace(/: ".*"$/s, ''),
    severity: severityOf(code, message),
  });
}

/** From characters, among which Ruff does not count a byte-order mark, to UTF-16 code units. */
function column(line = '', characters: number): number {
  const before = [...line].slice(0, characters - 1 + (line.startsWith('\ufeff') ? 1 : 0));
  return before.reduce((units, character) => units + character.length, 1);
}

/** Reads each file once, as a report lists findings file by file. */
function lastFile<T>(read: (name: string) => T): (name: string) => T {
  let last: { name: string; value: T } | undefined;
  return (name) => {
    if (last?.name !== name) last = { name, value: read(name) };
    return last.value;
  };
}
