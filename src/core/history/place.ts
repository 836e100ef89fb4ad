import { randomBytes } from 'node:crypto';
import { link, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../bundle/publish.js';
import { writeDurably } from '../bundle/staging.js';
import { Fault } from '../lib/errors.js';

/** Where an export folder keeps its history. */
export const historyFolder = (exportDir: string): string => join(exportDir, 'history');

/** A file that is being written, or that a killed process left. */
const TEMPORARY = /^\.new-[0-9a-f]{16}$/;
export const isTemporary = (name: string): boolean => TEMPORARY.test(name);

/** Entries of a hostile folder must not fill memory. */
export const MOST_NAMES = 1_000_000;

/** Makes the folder of the history where there is none. Throws `Fault` when its place is taken, by a link for one. */
export async function makeHistory(exportDir: string): Promise<string> {
  const folder = historyFolder(exportDir);
  try {
    await mkdir(folder);
    await syncFolder(exportDir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (await isFolder(folder)) return folder;
  throw new Fault('history', `${folder} is no folder`, 'Look at it, then remove it.');
}

/** False for a link to a folder, and for what is not there. */
export async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** The names in the folder of the history, sorted; none when there is no such folder. Throws `Fault` for far too many. */
export async function namesIn(folder: string): Promise<string[]> {
  if (!(await isFolder(folder))) return [];
  const names = await readdir(folder);
  if (names.length > MOST_NAMES) throw new Fault('history', `${folder} has more than ${MOST_NAMES} names`);
  return names.sort();
}

/**
 * Puts a whole file at a name that must not exist: written beside, on the disk, then linked, so that no process can see
 * half of it and no lock is held that could go stale. False when the name was taken in the meantime, or when somebody
 * cleared the file beside away.
 */
export async function linkNew(folder: string, name: string, text: string): Promise<boolean> {
  const temporary = await writeBeside(folder, text);
  try {
    await link(temporary, join(folder, name));
    await syncFolder(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Puts a whole file at a path of another folder of the same file system, over what may stand there. */
export async function moveInto(folder: string, path: string, text: string): Promise<void> {
  await rename(await writeBeside(folder, text), path);
  await syncFolder(dirname(path));
}

async function writeBeside(folder: string, text: string): Promise<string> {
  const temporary = join(folder, `.new-${randomBytes(8).toString('hex')}`);
  await writeDurably(temporary, [text]);
  return temporary;
}
