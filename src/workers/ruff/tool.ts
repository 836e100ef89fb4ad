import type { Diagnostic } from '@astral-sh/ruff-wasm-nodejs';
import type { EmbeddedTool, FindingLine, Report, SourceFile } from '../lib/protocol.js';
import { emptyComments } from './comments.js';
import { loadRuff, type RuffEngine } from './engine.js';
import { depthBound, MAX_DEPTH } from './nesting.js';
import { ruleLines, severityOf } from './rules.js';

/** Ruff's code for a syntax error. */
const SYNTAX_ERROR = 'invalid-syntax';

/** Has one finding when suppression comments are without effect, none when one is obeyed. */
const SELF_CHECK = '# ruff: noqa\nexec("1")  # noqa\n# ruff: file-ignore[S102]\n';

/**
 * Ruff's security rules over Python sources and stubs. Notebooks are not claimed: the WebAssembly build reads no JSON.
 * `.pyi` files are judged by the rules for `.py`, as that build knows no file names.
 */
export function ruffTool(): EmbeddedTool {
  let engine: RuffEngine | undefined;
  return {
    async start(report, { asset }) {
      engine = loadRuff(asset);
      const seen = judge(engine, SELF_CHECK);
      if (typeof seen === 'string' || seen.length !== 1) throw new Error('this Ruff obeys suppression comments');
      for (const rule of ruleLines()) report.rule(rule);
    },
    scanFile(file, report) {
      if (engine === undefined) throw new Error('scanFile before start');
      scan(engine, file, report);
    },
  };
}

function scan(engine: RuffEngine, file: SourceFile, report: Report): void {
  const { path } = file;
  const text = file.text();
  const seen = text === undefined ? 'not-text' : judge(engine, text);
  if (seen === 'not-text') report.unread({ path, reason: 'not-text', detail: 'not UTF-8 text' });
  else if (seen === 'too-deep')
    report.unread({ path, reason: 'unparsable', detail: `nested deeper than ${MAX_DEPTH}` });
  else tell(path, seen, report);
}

function tell(path: string, diagnostics: readonly Diagnostic[], report: Report): void {
  const syntaxError = diagnostics.find(({ code }) => code === SYNTAX_ERROR);
  if (syntaxError !== undefined) {
    const detail = `syntax error at line ${syntaxError.start_location.row}`;
    report.unread({ path, reason: 'unparsable', detail });
  }
  for (const found of diagnostics) if (found.code !== SYNTAX_ERROR) report.finding(finding(path, found));
}

function judge(engine: RuffEngine, text: string): Diagnostic[] | 'too-deep' {
  try {
    const tokens = engine.tokens(text);
    return depthBound(tokens) > MAX_DEPTH ? 'too-deep' : engine.check(emptyComments(text, tokens));
  } catch (error) {
    // The lexer's own parser overflows the stack far beyond the cap.
    if (error instanceof RangeError) return 'too-deep';
    throw error;
  }
}

function finding(path: string, found: Diagnostic): Omit<FindingLine, 'type'> {
  const rule = found.code ?? 'none';
  const { start_location: start, end_location: end } = found;
  return {
    rule,
    path,
    startLine: start.row,
    startColumn: start.column,
    endLine: end.row,
    endColumn: end.column,
    message: withoutQuotes(found.message),
    severity: severityOf(rule, found.message),
  };
}

/** S105 to S108 end in `: "text of the source"`, which may be a secret; the location says as much. */
function withoutQuotes(message: string): string {
  return message.replace(/: ".*"$/s, '');
}
