import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../lib/digest.js';
import { Fault } from '../lib/errors.js';
import { readPlainFile } from '../lib/plain-file.js';
import { printable } from '../lib/printable.js';
import { contentsOf, type FileList, FOLDER_MODE, fileMode, foldersOf, LIST, parseList } from './file-list.js';
import { type FileState, hashFiles } from './hash-files.js';

const MAX_LIST = 2 ** 26;

/** An entry whose every byte was compared with its list a moment ago. */
export interface CheckedEntry {
  digest: string;
  /** Host folder of the installed files. */
  root: string;
  files: FileList;
  /** Bytes of all files together. */
  size: number;
}

/** Makes the error for a path of an entry that is not as it was installed. */
type Broken = (path: string, how: 'changed' | 'added' | 'removed', cause?: unknown) => Fault;

const brokenEntry =
  (tool: string): Broken =>
  (path, how, cause) => {
    const remedy = `\`security-scan tools install ${tool}\` installs it again.`;
    const message = `${tool}: ${printable(path, 300)} was ${how} after it was installed`;
    return new Fault('digest', message, remedy, { cause });
  };

/**
 * Compares the list in an entry's folder with its digest, and every file with the list: content, permissions, nothing
 * more, nothing less. Throws `Fault` code `digest` that names the first difference.
 */
export async function checkEntry(
  folder: string,
  digest: string,
  tool: string,
  signal?: AbortSignal,
): Promise<CheckedEntry> {
  const broken = brokenEntry(tool);
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined)
    throw new Fault('digest', `${tool} is not installed`, `\`security-scan tools install ${tool}\` installs it.`);
  const extra = names.find((name) => name !== LIST && name !== 'root');
  if (extra !== undefined) throw broken(extra, 'added');
  const files = await readList(folder, digest, broken);
  const root = join(folder, 'root');
  await checkNames(root, files, broken);
  return { digest, root, files, size: await checkContent(root, files, broken, signal) };
}

async function readList(folder: string, digest: string, broken: Broken): Promise<FileList> {
  const bytes = await readPlainFile(join(folder, LIST), MAX_LIST).catch((cause) => {
    throw broken(LIST, 'changed', cause);
  });
  if (sha256(bytes) !== digest) throw broken(LIST, 'changed');
  return parseList(bytes.toString('utf8'));
}

/** Nothing more and nothing less than the list says, in folders that are folders and read-only. */
async function checkNames(root: string, files: FileList, broken: Broken): Promise<void> {
  const folders = foldersOf(files.keys());
  const found = await contentsOf(root, (path) => broken(path, 'added')).catch((cause) => {
    throw cause instanceof Fault ? cause : broken('its folder', 'changed', cause);
  });
  const added = [...without(found.files, files), ...without(found.folders, new Set(folders))][0];
  if (added !== undefined) throw broken(added, 'added');
  const removed = without(files.keys(), new Set(found.files))[0];
  if (removed !== undefined) throw broken(removed, 'removed');
  for (const path of ['', ...folders]) {
    const stat = await lstat(join(root, path));
    if (!stat.isDirectory() || (stat.mode & 0o7777) !== FOLDER_MODE) throw broken(path || 'its folder', 'changed');
  }
}

const without = (paths: Iterable<string>, known: { has(path: string): boolean }): string[] =>
  [...paths].filter((path) => !known.has(path));

/** Resolves to the bytes of all files together. */
async function checkContent(root: string, files: FileList, broken: Broken, signal?: AbortSignal): Promise<number> {
  let size = 0;
  let at = 'a file';
  const see = (path: string, state: FileState) => {
    at = path;
    const listed = files.get(path);
    if (listed === undefined || state.sha256 !== listed.sha256 || !state.plain || state.mode !== fileMode(listed))
      throw broken(path, 'changed');
    size += state.size;
  };
  await hashFiles(root, [...files.keys()], see, signal).catch((cause) => {
    signal?.throwIfAborted();
    throw cause instanceof Fault ? cause : broken(`a file after ${at}`, 'changed', cause);
  });
  return size;
}
