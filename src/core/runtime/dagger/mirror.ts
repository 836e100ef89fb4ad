import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { sha256 } from '../../lib/digest.js';
import { isWithin } from '../../lib/sandbox/mount-table.js';
import { requireProgram } from '../../lib/sandbox/programs.js';
import { stateOf, type Upload } from './upload.js';

/**
 * The name under which a client is to be known to an engine while these files and folders are as they are now.
 * An engine keeps what a client of one name sent it, and takes a file there for unchanged while size, owner, rights and time of
 * modification are the same (engine/filesync/diff.go, 0.21). Archives can give all files one time, npm's do: with one name for
 * all, a file that was put in the place of another of that size would be scanned as the other one.
 * What lies in the folder `apart` of one of them is written by runs and read by none.
 */
export async function mirrorName(paths: readonly string[], apart?: string): Promise<string> {
  const real = await realPaths(paths);
  const [output = ''] = await realPaths(apart === undefined ? [] : [apart]);
  const stateIn = (path: string) => stateOf(path, output.startsWith(`${path}/`) ? output : undefined).state;
  return sha256(real.map((path) => `${path}\0${stateIn(path)}\n`).join(''));
}

/** Those of paths that lead nowhere are themselves. */
const realPaths = (paths: readonly string[]): Promise<string[]> =>
  Promise.all(paths.map((path) => realpath(path).catch(() => path)));

/**
 * Sends from where they are what lies in these folders, of which an engine has no other copy than a true one: each path
 * is of one run, named by its content, or in the name of the client. Of anything else a copy is sent that no engine knows.
 */
export function freshUpload(upload: Upload, folders: readonly string[], scratch: string): Upload {
  return async (path, only) => {
    const real = await realpath(path);
    const all = only === undefined ? [real] : only.map((name) => join(real, name));
    const known = await realPaths(folders);
    if (all.every((one) => known.some((folder) => isWithin(one, folder)))) return upload(path, only);
    const to = join(await mkdtemp(join(scratch, 'sent-')), basename(real));
    if (only !== undefined) await mkdir(to);
    await copy(all, to);
    return upload(to, only);
  };
}

/** cp(1) keeps names that are no text, rights and links. */
const copy = (from: readonly string[], to: string) =>
  promisify(execFile)(requireProgram('cp'), ['-a', '--', ...from, to], { env: {}, cwd: '/' });
