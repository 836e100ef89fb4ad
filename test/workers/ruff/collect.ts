import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';
import type {
  EmbeddedTool,
  FindingLine,
  Report,
  RuleLine,
  SourceFile,
  UnreadLine,
} from '../../../src/workers/lib/protocol.js';
import { asText } from '../../../src/workers/lib/run.js';

/** What a tool reported, as plain arrays. */
export interface Collected {
  rules: Omit<RuleLine, 'type'>[];
  findings: Omit<FindingLine, 'type'>[];
  unread: Omit<UnreadLine, 'type'>[];
}

interface Options {
  config?: unknown;
  /** Asset name → npm module specifier or absolute path. */
  assets?: Record<string, string>;
}

/** Runs an embedded tool in this process over files given as path → content. */
export async function collect(
  tool: EmbeddedTool,
  files: Record<string, string | Buffer>,
  { config = {}, assets = {} }: Options = {},
): Promise<Collected> {
  const seen: Collected = { rules: [], findings: [], unread: [] };
  const paths = Object.keys(files).map((path) => ({ path }));
  await tool.start(into(seen), { config, asset: (name) => assetPath(name, assets), files: paths });
  scanAll(tool, files, into(seen));
  return seen;
}

/** Gives a started tool more files. */
export function scanMore(tool: EmbeddedTool, files: Record<string, string | Buffer>): Collected {
  const seen: Collected = { rules: [], findings: [], unread: [] };
  scanAll(tool, files, into(seen));
  return seen;
}

function into(seen: Collected): Report {
  return {
    rule: (line) => seen.rules.push(line),
    finding: (line) => seen.findings.push(line),
    unread: (line) => seen.unread.push(line),
    component: () => {},
  };
}

function scanAll(tool: EmbeddedTool, files: Record<string, string | Buffer>, report: Report): void {
  for (const [path, content] of Object.entries(files)) tool.scanFile(sourceFile(path, Buffer.from(content)), report);
  tool.finish?.(report);
}

function assetPath(name: string, assets: Record<string, string>): string {
  const specifier = assets[name];
  if (specifier === undefined) throw new Error(`the test names no asset ${name}`);
  return isAbsolute(specifier) ? specifier : createRequire(import.meta.url).resolve(specifier);
}

function sourceFile(path: string, content: Buffer): SourceFile {
  return { path, size: content.length, bytes: () => content, text: () => asText(content) };
}
