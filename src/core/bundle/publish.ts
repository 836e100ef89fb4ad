import { type FileHandle, lstat, mkdir, open, readdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { sha256, sha256File } from '../lib/digest.js';
import { Fault } from '../lib/errors.js';
import { openPlainFile, readPlainFile } from '../lib/plain-file.js';

/** What became of a finished bundle. */
export interface Published {
  /** Host folder of the bundle. */
  folder: string;
  id: string;
  /** `created`; `added` when the same evidence stood there already; `replaced` on the operator's word; `renamed` to `<id>~n`. */
  how: 'created' | 'added' | 'replaced' | 'renamed';
}

/**
 * Makes a staged bundle visible in one rename, so that it appears whole or not at all. The same evidence again only adds
 * its run record; other evidence never silently takes the place of a bundle.
 */
export async function publish(
  staged: string,
  exportDir: string,
  id: string,
  indexSha256: string,
  replace: boolean,
): Promise<Published> {
  await syncFolder(staged);
  for (let attempt = 1; attempt < MOST_NAMES; attempt += 1) {
    const name = attempt === 1 ? id : `${id}~${attempt}`;
    const folder = join(exportDir, name);
    if ((await isFree(folder)) && (await moveTo(staged, folder)))
      return { folder, id: name, how: attempt === 1 ? 'created' : 'renamed' };
    // Read after the attempt: another run may have published the same evidence in the meantime.
    if (await isSame(staged, folder, indexSha256)) return addRun(staged, folder, name);
    if (replace) return replaceBundle(staged, folder, name);
  }
  throw new Fault('bundle', `${exportDir} holds ${MOST_NAMES} bundles named ${id}`, 'Choose another --bundle-id.');
}

const MOST_NAMES = 1000;
const MAX_INDEX = 2 ** 28;
const STATEMENT = 'attestation.intoto.json';

/** False when something else took the name in the meantime. */
async function moveTo(staged: string, folder: string): Promise<boolean> {
  try {
    await rename(staged, folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return false;
    throw error;
  }
  await syncFolder(dirname(folder));
  return true;
}

async function addRun(staged: string, folder: string, id: string): Promise<Published> {
  await mkdir(join(folder, 'runs'), { recursive: true });
  for (const run of await readdir(join(staged, 'runs')))
    await rename(join(staged, 'runs', run), join(folder, 'runs', run));
  await syncFolder(join(folder, 'runs'));
  await addSignatures(join(staged, 'signatures'), join(folder, 'signatures'));
  await rm(staged, { recursive: true, force: true });
  return { folder, id, how: 'added' };
}

/** Evidence that stood there unsigned is signed by a later run; a signature that is there is not replaced. */
async function addSignatures(from: string, to: string): Promise<void> {
  const names = await readdir(from).catch(() => []);
  if (names.length === 0) return;
  await mkdir(to, { recursive: true });
  if (!(await lstat(to)).isDirectory()) throw new Fault('bundle', `${to} is no folder`, 'Remove it.');
  for (const name of names) if (await isFree(join(to, name))) await rename(join(from, name), join(to, name));
  await syncFolder(to);
}

async function replaceBundle(staged: string, folder: string, id: string): Promise<Published> {
  await refuseOther(folder);
  const old = `${staged}.replaced`;
  await rename(folder, old);
  await rename(staged, folder);
  await syncFolder(dirname(folder));
  await rm(old, { recursive: true, force: true });
  return { folder, id, how: 'replaced' };
}

const indexSchema = z.looseObject({ files: z.array(z.looseObject({ path: z.string(), sha256: z.string() })) });

/**
 * Whether a standing folder holds the staged evidence, byte by byte: its index alone proves nothing of the files, and
 * anyone may have put a folder there. Its record of runs must be a folder, not a link to one.
 */
async function isSame(staged: string, standing: string, indexSha256: string): Promise<boolean> {
  try {
    const index = await readPlainFile(join(staged, 'bundle.json'), MAX_INDEX);
    if (sha256(index) !== indexSha256) return false;
    const { files } = indexSchema.parse(JSON.parse(index.toString('utf8')));
    const attestations = await readdir(join(staged, 'attestations')).catch(() => []);
    const statements = [STATEMENT, ...attestations.map((name) => join('attestations', name))].map(async (path) => ({
      path,
      sha256: sha256(await readPlainFile(join(staged, path), MAX_INDEX)),
    }));
    const expected = [...files, { path: 'bundle.json', sha256: indexSha256 }, ...(await Promise.all(statements))];
    for (const { path, sha256: digest } of expected)
      if ((await digestOfPlain(join(standing, path))) !== digest) return false;
    return (await lstat(join(standing, 'runs'))).isDirectory() && (await lstat(standing)).isDirectory();
  } catch {
    return false;
  }
}

async function digestOfPlain(path: string): Promise<string> {
  const file = await openPlainFile(path);
  await file.close();
  return sha256File(path);
}

/** `--replace` removes a bundle; a folder of anything else is somebody's work. */
async function refuseOther(folder: string): Promise<void> {
  const text = await readPlainFile(join(folder, 'bundle.json'), MAX_INDEX).catch(() => undefined);
  if (text !== undefined && indexSchema.safeParse(JSON.parse(text.toString('utf8'))).success) return;
  throw new Fault('bundle', `${folder} is no bundle, so it is not replaced`, 'Choose another --bundle-id.');
}

async function isFree(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}

/** Points `latest` at a bundle, by a rename over the old link; `incomplete` is the run's own folder. */
export async function pointLatest(exportDir: string, id: string, incomplete: string): Promise<void> {
  const temporary = join(incomplete, 'latest');
  await symlink(id, temporary);
  await rename(temporary, join(exportDir, 'latest'));
}

/** Brings the names in a folder to the disk. */
export async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, 'r');
    await folder.sync();
  } finally {
    await folder?.close();
  }
}
