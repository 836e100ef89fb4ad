import { isUtf8 } from 'node:buffer';
import type { Adapter, ReportContext, Sink } from '../../../../src/workers/reader/adapter.js';

export interface World {
  /** Names of the files that the step was given. */
  files: readonly string[];
  /** Content of files that the adapter looks into, by name. */
  texts?: Readonly<Record<string, string | Buffer>>;
  context?: Partial<ReportContext>;
}

/** What an adapter told, one object a line, in the order in which it told it; a failure is a line too. */
export function runAdapter(adapter: Adapter, report: unknown, world: World): object[] {
  const lines: object[] = [];
  const known = new Set<string>();
  const sink: Sink = {
    files: world.files.map((name) => ({ path: name, at: `view/${name}`, size: 1, name })),
    rule: (rule) => {
      if (known.has(rule.id)) return;
      known.add(rule.id);
      lines.push({ type: 'rule', ...rule });
    },
    finding: (finding) => lines.push({ type: 'finding', ...finding }),
    unread: (file) => lines.push({ type: 'unread', ...file }),
    component: (component) => lines.push({ type: 'component', ...component }),
    failed: (message) => {
      throw new Error(`failed: ${message}`);
    },
    text: (name) => bytesOf(name, world).toString('utf8'),
    isUtf8: (name) => isUtf8(bytesOf(name, world)),
  };
  adapter(report, sink, { tool: 'tool', category: 'sast', spellings: {}, ...world.context });
  return lines;
}

function bytesOf(name: string, { texts }: World): Buffer {
  const content = texts?.[name];
  if (content === undefined) throw new Error(`no such file: ${name}`);
  return Buffer.from(content);
}

/** The lines as JSON Lines, for golden files. */
export const asJsonLines = (lines: readonly object[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** The findings among them that the tool itself marked as suppressed. */
export const suppressedIn = (lines: readonly object[]): object[] =>
  lines.filter((line) => 'suppressed' in line && line.suppressed === true);
