import { readdir, readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { sha256 } from '../lib/digest.js';
import { Refusal } from '../lib/errors.js';
import { LazyMap } from '../lib/lazy-map.js';

/** A file that defines something, as it is on disk. */
export interface Text {
  file: string;
  content: Buffer;
}

/** The files of a folder with that ending, by their names without it. */
export async function textsIn(folder: string, extension: string): Promise<Map<string, Text>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(extension)).sort();
  const texts = names.map(async (name): Promise<[string, Text]> => {
    const file = join(folder, name);
    return [parse(name).name, { file, content: await readFile(file) }];
  });
  return new Map(await Promise.all(texts));
}

/** A file must be named as what it defines, so that no two can define the same. */
export function parsed<T>(
  texts: ReadonlyMap<string, Text>,
  read: (text: Text) => T,
  nameOf: (value: T) => string,
): ReadonlyMap<string, T> {
  return new LazyMap(texts.keys(), (name) => {
    const text = defined(texts.get(name), name);
    const value = read(text);
    if (nameOf(value) === name) return value;
    const message = `defines \`${nameOf(value)}\`, not its own name`;
    throw new Refusal('tool', [{ file: text.file, message }]);
  });
}

/** What a name that is known must have. */
export function defined<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`no file defines ${name}`);
  return value;
}

/** The SHA-256 of each, by name. */
export const digests = (texts: ReadonlyMap<string, Text>) =>
  Object.fromEntries([...texts].map(([name, { content }]) => [name, sha256(content)]));
