import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every file of a folder by its path, links left out. */
export function filesIn(folder: string): Map<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.sort().map((path) => [path.slice(folder.length + 1), readFileSync(path)]));
}

/** Files that hold any of these texts, as they are or as JSON writes them. */
export const filesWith = (folder: string, texts: readonly string[]): string[] =>
  [...filesIn(folder)].flatMap(([path, data]) =>
    texts.some((text) => data.includes(text) || data.includes(JSON.stringify(text).slice(1, -1))) ? [path] : [],
  );

/** A JSON document of a bundle. */
export const documentIn = (folder: string, path: string): unknown =>
  JSON.parse(readFileSync(join(folder, path), 'utf8'));

/** The lines of a JSON Lines file. */
export const linesIn = (folder: string, path: string): Record<string, unknown>[] =>
  readFileSync(join(folder, path), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
