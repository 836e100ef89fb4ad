import { fileURLToPath } from 'node:url';
import { Linter } from 'eslint/universal';
import type { EmbeddedTool, FindingLine, Report, SourceFile } from '../lib/protocol.js';
import { type Attempt, attemptsFor, isTypeScript } from './attempts.js';
import { bracketDepth, MAX_DEPTH } from './nesting.js';
import { type Position, positionIn } from './position.js';
import { ruleLines } from './rules.js';
import { RULES } from './table.js';

/** Holds one finding of `no-eval`, unless a comment configures the run. */
const SELF_CHECK = '/* eslint-disable */ /* eslint no-eval: 0 */\neval("1"); // eslint-disable-line\n';

type Judged = { messages: Linter.LintMessage[] } | { unparsable: string };

/**
 * ESLint over JavaScript, JSX and TypeScript, through `Linter`: no file of the tree is looked up or run. The parsers
 * refuse Flow types, so such files are unread; Vue and Svelte components are not claimed.
 */
export function eslintTool(): EmbeddedTool {
  const linter = new Linter({ configType: 'flat', cwd: '/' });
  let parser: Linter.Parser | undefined;
  return {
    async start(report, { files }) {
      // The compiler takes longer to load than most repositories to read.
      if (files.some(({ path }) => isTypeScript(path))) parser = await typescriptParser();
      const seen = judge(linter, SELF_CHECK, attemptsFor('a.cjs', parser));
      if ('unparsable' in seen || !seen.messages.some(({ ruleId }) => ruleId === 'no-eval')) {
        throw new Error('this ESLint obeys inline configuration');
      }
      for (const rule of ruleLines()) report.rule(rule);
    },
    scanFile(file, report) {
      scan(linter, attemptsFor(file.path, parser), file, report);
    },
  };
}

/** The TypeScript compiler reads `__filename` while it loads, which a bundle in ES module format lacks. */
async function typescriptParser(): Promise<Linter.Parser> {
  Object.assign(globalThis, { __filename: fileURLToPath(import.meta.url) });
  // A CommonJS module: of a chunk it is the default export alone.
  return (await import('@typescript-eslint/parser')).default;
}

function scan(linter: Linter, attempts: readonly Attempt[], file: SourceFile, report: Report): void {
  const { path } = file;
  const text = file.text();
  if (attempts.length === 0)
    report.unread({ path, reason: 'unsupported', detail: 'not a JavaScript or TypeScript name' });
  else if (text === undefined) report.unread({ path, reason: 'not-text', detail: 'not UTF-8 text' });
  else tell(path, text, judge(linter, text, attempts), report);
}

function tell(path: string, text: string, judged: Judged, report: Report): void {
  if ('unparsable' in judged) {
    report.unread({ path, reason: 'unparsable', detail: judged.unparsable });
    return;
  }
  const place = positionIn(text);
  for (const message of judged.messages) report.finding(finding(path, message, place));
}

/** The messages of the first attempt that parses. */
function judge(linter: Linter, text: string, attempts: readonly Attempt[]): Judged {
  if (bracketDepth(text) > MAX_DEPTH) return { unparsable: `nested deeper than ${MAX_DEPTH}` };
  let line = 0;
  for (const { config, filename } of attempts) {
    const messages = verify(linter, text, config, filename);
    if (messages === 'too-deep') return { unparsable: 'too deep for the parser' };
    const fatal = messages.find((message) => message.fatal);
    if (fatal === undefined) return { messages };
    line = Math.max(line, fatal.line ?? 0);
  }
  return { unparsable: `syntax error at line ${line}` };
}

function verify(linter: Linter, text: string, config: Linter.Config, filename: string) {
  try {
    const messages = linter.verify(text, [config], { filename, allowInlineConfig: false });
    return messages.some(({ fatal, message }) => fatal && STACK.test(message)) ? 'too-deep' : messages;
  } catch (error) {
    if (error instanceof RangeError) return 'too-deep';
    throw error;
  }
}

/** What the parsers say when the stack is spent. */
const STACK = /stack (size|space)/;

function finding(
  path: string,
  found: Linter.LintMessage,
  place: (at: Position) => Position,
): Omit<FindingLine, 'type'> {
  const rule = found.ruleId ?? 'none';
  const row = RULES[rule];
  if (row === undefined) throw new Error(`unknown rule ${rule}`);
  const start = place(found);
  const end = place({ line: found.endLine ?? found.line, column: found.endColumn ?? found.column + 1 });
  return {
    rule,
    path,
    startLine: start.line,
    startColumn: start.column,
    endLine: end.line,
    endColumn: end.column,
    message: row[2],
  };
}
