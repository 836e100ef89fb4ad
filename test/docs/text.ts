import { readdirSync, readFileSync } from 'node:fs';

/** Every document that users read. */
export const DOCUMENTS = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...readdirSync('docs').map((name) => `docs/${name}`),
].sort();

export const read = (path: string): string => readFileSync(path, 'utf8');

/** The texts of fenced blocks, by their language. */
export function blocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , text = '']) => text);
}

export const withoutBlocks = (markdown: string): string => markdown.replace(/^```[\s\S]*?^```$/gm, '');

/** What stands in backquotes within running text. */
export const quoted = (markdown: string): string[] =>
  [...withoutBlocks(markdown).matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);

/** Rows of all tables under a heading (or of the whole text), as cells; header and rule lines left out. */
export function rows(markdown: string, heading?: string): string[][] {
  const text = heading === undefined ? markdown : section(markdown, heading);
  const lines = withoutBlocks(text).split('\n');
  return lines
    .filter((line, i) => line.startsWith('|') && !line.startsWith('|--') && !lines[i + 1]?.startsWith('|--'))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split(' | ')
        .map((cell) => cell.trim()),
    );
}

/** The text below a heading, to the next one of its level or above. */
export function section(markdown: string, heading: string): string {
  const [before, ...rest] = markdown.split(`\n${heading}\n`);
  if (before === undefined || rest.length !== 1) throw new Error(`no single heading ${heading}`);
  const level = heading.indexOf(' ');
  return rest[0]?.split(new RegExp(`^#{1,${level}} `, 'm'))[0] ?? '';
}

/** `a.{b,c}.d` as `a.b.d` and `a.c.d`. */
export function expandBraces(text: string): string[] {
  const [, before = '', inner, after = ''] = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(text) ?? [];
  if (inner === undefined) return [text];
  return inner.split(',').flatMap((word) => expandBraces(before + word + after));
}

/** The keys that the first cells of rows name. */
export const keysOf = (table: readonly string[][]): string[] =>
  table.flatMap(([cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, key = '']) => expandBraces(key)));
