import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { World } from '../adapters/sink.js';

const root = fileURLToPath(new URL('../../../tools/', import.meta.url));

/** The files of a fixture tree as the step of a tool sees them; `nameOf` gives the names of stand-ins. */
export function treeOf(tool: string, tree: 'positive' | 'negative', nameOf = (name: string): string => name): World {
  const folder = join(root, tool, tree);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
  const texts = files.map((name) => [nameOf(name), readFileSync(join(folder, name), 'utf8')] as const);
  return { files: files.map(nameOf), texts: Object.fromEntries(texts) };
}

/** A tool's report on its positive tree, or another of its reports; parsed anew for each caller. */
export const reportOf = (tool: string, file = 'report.json'): unknown =>
  JSON.parse(readFileSync(join(root, tool, file), 'utf8'));

export const goldenOf = (tool: string): string => join(root, tool, 'expected.jsonl');

/** The lines of one type. */
export const only = (lines: readonly object[], type: string): object[] =>
  lines.filter((line) => 'type' in line && line.type === type);
