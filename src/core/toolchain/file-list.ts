import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { canonicalJson } from '../lib/canonical.js';
import { printable } from '../lib/printable.js';

const listed = z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), executable: z.boolean() });
export type Listed = z.infer<typeof listed>;

const listSchema = z.record(z.string(), listed);

/** Name of the list in a store entry, beside `root/`. */
export const LIST = 'files.json';

export const FOLDER_MODE = 0o555;
export const fileMode = ({ executable }: Listed): number => (executable ? 0o555 : 0o444);

/** Every file of a store entry by its path below `root/`. */
export type FileList = ReadonlyMap<string, Listed>;

/** The bytes of `files.json` (RFC 8785): members are sorted by code unit. */
export const listText = (files: FileList): string => canonicalJson(Object.fromEntries(files));

/** Throws for a text that is no list of files. */
export const parseList = (text: string): FileList => new Map(Object.entries(listSchema.parse(JSON.parse(text))));

/** Bytecode is never kept: Python would run it in the place of the source that was checked. */
const BYTECODE = /(^|\/)__pycache__(\/|$)|\.py[co]$/;

export const isBytecode = (path: string): boolean => BYTECODE.test(path);

/** A relative path that stays below its folder, in a form that every system reads alike. */
export const isSafePath = (path: string): boolean =>
  path.length <= 4096 &&
  printable(path, 4097) === path &&
  !path.includes('\\') &&
  path.split('/').every((name) => name !== '' && name !== '.' && name !== '..');

/** What lies below a folder: its files and folders, sorted. */
export interface Contents {
  files: string[];
  folders: string[];
}

/**
 * Lists a folder. Throws what `unfit` makes of a path that no store entry may hold: a link, a special file, bytecode, a
 * name that is not plain text.
 */
export async function contentsOf(root: string, unfit: (path: string) => Error): Promise<Contents> {
  const contents: Contents = { files: [], folders: [] };
  for (const pending = ['']; pending.length > 0; ) {
    const folder = pending.pop() ?? '';
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (!isSafePath(path) || isBytecode(path)) throw unfit(path);
      if (entry.isDirectory()) pending.push(path);
      else if (!entry.isFile()) throw unfit(path);
      (entry.isDirectory() ? contents.folders : contents.files).push(path);
    }
  }
  return { files: contents.files.sort(), folders: contents.folders.sort() };
}

/** The folders that a list of files implies, sorted. */
export function foldersOf(files: Iterable<string>): string[] {
  const folders = new Set<string>();
  for (const file of files)
    for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1))
      folders.add(file.slice(0, end));
  return [...folders].sort();
}
