import { execFile } from 'node:child_process';
import { existsSync, statfsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { sha256 } from '../../lib/digest.js';
import { isWithin } from '../../lib/sandbox/mount-table.js';
import { requireProgram } from '../../lib/sandbox/programs.js';
import { stateOf, type Upload } from './upload.js';

/** A file or folder of the operator; `output` is a folder that runs write to, of which nothing is read where it lies in `path`. */
export interface Input {
  path: string;
  output?: string;
}

/**
 * The name under which a client is to be known to an engine while these files and folders are as they are now.
 * An engine keeps what a client of one name sent it, and takes a file there for unchanged while size, owner, rights and time of
 * modification are the same (engine/filesync/diff.go, 0.21). Archives can give all files one time, npm's do: with one name for
 * all, a file that was put in the place of another of that size would be scanned as the other one.
 * Undefined where a change may not show: on a file system that has no time of change of its own, or in what cannot be walked.
 */
export async function mirrorName(inputs: readonly Input[]): Promise<string | undefined> {
  const states = await Promise.all(inputs.map(stateOfInput));
  return states.every((state) => state !== undefined) ? sha256(states.join('')) : undefined;
}

async function stateOfInput({ path, output }: Input): Promise<string | undefined> {
  const [real = path, apart] = await realPaths(output === undefined ? [path] : [path, output]);
  try {
    const { state, isOneDevice } = stateOf(real, apart !== undefined && isApart(real, apart) ? apart : undefined);
    return isOneDevice && tellsChanges(real) ? `${real}\0${state}\n` : undefined;
  } catch {
    return undefined;
  }
}

/** Git reads its own folder, whatever runs write there. */
const isApart = (path: string, output: string): boolean =>
  output.startsWith(`${path}/`) && !output.slice(path.length).split('/').includes('.git');

/** File systems of Linux that change a file's ctime whenever it changes (statfs(2)): ext4, XFS, Btrfs, tmpfs, overlay, F2FS. */
const WITH_CTIME: readonly number[] = [0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0xf2f52010];

const tellsChanges = (path: string): boolean => !existsSync(path) || WITH_CTIME.includes(statfsSync(path).type >>> 0);

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
