import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import type { ComponentLine, Report, ReportLine, UnreadLine } from '../../../src/workers/lib/protocol.js';
import { asText, runWorker } from '../../../src/workers/lib/run.js';
import { sbomTool } from '../../../src/workers/sbom/tool.js';

export interface Listed {
  components: Omit<ComponentLine, 'type'>[];
  unread: Omit<UnreadLine, 'type'>[];
}

/** Runs the tool over texts in memory, by path. What a reader throws goes through, as in the worker. */
export function list(files: Record<string, string | Buffer>): Listed {
  const listed: Listed = { components: [], unread: [] };
  const report: Report = {
    rule: () => {},
    finding: () => {},
    component: (component) => listed.components.push(component),
    unread: (file) => listed.unread.push(file),
  };
  const tool = sbomTool();
  for (const [path, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    tool.scanFile({ path, size: bytes.length, bytes: () => bytes, text: () => asText(bytes) }, report);
  }
  tool.finish?.(report);
  return listed;
}

/** Runs the worker over every file of a folder, and gives its report. */
export async function runOver(folder: string): Promise<ReportLine[]> {
  const place = mkdtempSync(join(tmpdir(), 'sbom-'));
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'expected.json')
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
  const files = paths.map((path) => JSON.stringify({ path, at: path, size: statSync(join(folder, path)).size }));
  writeFileSync(join(place, 'files.jsonl'), `${files.join('\n')}\n`);
  writeFileSync(join(place, 'config.json'), '{}');
  await runWorker(sbomTool(), { input: place, source: folder, tool: place, output: place });
  const lines = readFileSync(join(place, 'report.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as ReportLine);
}

/** Runs the worker, with its time cap, over one file. */
export async function runLimited(path: string, text: string): Promise<Listed> {
  const folder = mkdtempSync(join(tmpdir(), 'sbom-case-'));
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  const listed: Listed = { components: [], unread: [] };
  for (const line of await runOver(folder)) {
    if (line.type === 'component') listed.components.push(line);
    if (line.type === 'unread') listed.unread.push(line);
  }
  return listed;
}
