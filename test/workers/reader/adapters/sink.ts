import type { Adapter, ReportContext, Sink } from '../../../../src/workers/reader/adapter.js';

export interface World {
  /** Names of the files that the step was given. */
  files: readonly string[];
  /** Texts of files that the adapter looks into, by name. */
  texts?: Readonly<Record<string, string>>;
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
    text: (name) => {
      const text = world.texts?.[name];
      if (text === undefined) throw new Error(`no such file: ${name}`);
      return text;
    },
  };
  adapter(report, sink, { tool: 'tool', category: 'sast', ...world.context });
  return lines;
}

/** The lines as JSON Lines, for golden files. */
export const asJsonLines = (lines: readonly object[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** The findings among them that the tool itself marked as suppressed. */
export const suppressedIn = (lines: readonly object[]): object[] =>
  lines.filter((line) => 'suppressed' in line && line.suppressed === true);
