import { constants } from 'node:fs';
import { lstat, open, realpath } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { Refusal } from '../lib/errors.js';
import type { Mount } from '../lib/sandbox/job.js';

/** Where a repository's parts are, and how a sandboxed git is told. */
export interface Repository {
  /** The git folder and, with `allowGitDir`, what it borrows from outside the source. */
  mounts: readonly Mount[];
  env: Readonly<Record<string, string>>;
  /** History is cut off (`.git/shallow`). */
  shallow: boolean;
}

interface Parts {
  gitDir: string;
  commonDir: string;
  alternates: readonly string[];
}

const POINTER_BYTES = 8192;
/** A branch, or the id of a commit (refs.c, validate_headref). */
const HEAD = /^(?:ref:\s*refs\/|[0-9a-f]{40})/;
/** As deep as git itself follows alternates (object-file.c, alt_odb nesting). */
const ALTERNATE_DEPTH = 5;
/** Parts of a git folder that hold or name objects; as links they would lead git elsewhere. */
const PARTS = ['HEAD', 'config', 'index', 'info', 'objects', 'objects/info', 'objects/pack', 'packed-refs', 'refs'];

/** True for a folder that is itself a git folder, such as a bare clone. */
export async function isBare(folder: string): Promise<boolean> {
  const kinds = await Promise.all(['HEAD', 'objects', 'refs', '.git'].map((name) => kindOf(join(folder, name))));
  return kinds.join() === 'file,folder,folder,absent';
}

/**
 * Finds the repository of a working tree, or of a bare clone, without running git. `undefined` when there is none.
 * A git folder, common folder or alternate outside `source` is refused unless `allowGitDir`: a hostile `.git` file
 * could otherwise show any folder of the host to the run. Throws `Refusal` code `source`.
 */
export async function findRepository(source: string, allowGitDir: boolean): Promise<Repository | undefined> {
  const root = await realpath(source);
  const gitDir = (await isBare(root)) ? root : await gitDirOf(root);
  if (gitDir === undefined) return undefined;
  const commonDir = await followPointer(join(gitDir, 'commondir'), gitDir);
  const alternates = await alternatesOf(join(commonDir, 'objects'), ALTERNATE_DEPTH);
  const parts = { gitDir, commonDir, alternates };
  if (!allowGitDir) refuseOutside(root, parts);
  await refuseLinks(new Set([gitDir, commonDir]));
  await demandRepository(gitDir, commonDir);
  return { ...place(parts), shallow: (await kindOf(join(commonDir, 'shallow'))) !== 'absent' };
}

/** The folders in which git keeps the repository at a path: of a worktree, of a bare clone. None where that cannot be told. */
export async function gitFolders(path: string): Promise<string[]> {
  try {
    const root = await realpath(path);
    const gitDir = (await isBare(root)) ? root : await gitDirOf(root);
    return gitDir === undefined ? [] : [gitDir, await followPointer(join(gitDir, 'commondir'), gitDir)];
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

async function gitDirOf(root: string): Promise<string | undefined> {
  const path = join(root, '.git');
  switch (await kindOf(path)) {
    case 'absent':
      return undefined;
    case 'folder':
      return path;
    case 'file':
      return await existing(resolve(root, await pointer(path, /^gitdir: ([^\n]+)\n?$/)), path);
    case 'link':
      return await existing(path, path);
    case 'other':
      throw refusal(`${path} is neither a folder nor a file`, 'Scan a clone of the repository.');
  }
}

/** `commondir` holds a path relative to the git folder; absent means the git folder itself (gitrepository-layout). */
async function followPointer(path: string, gitDir: string): Promise<string> {
  if ((await kindOf(path)) === 'absent') return gitDir;
  return await existing(resolve(gitDir, await pointer(path, /^([^\n]+)\n?$/)), path);
}

async function alternatesOf(objects: string, depth: number): Promise<string[]> {
  const path = join(objects, 'info', 'alternates');
  if (depth === 0 || (await kindOf(path)) === 'absent') return [];
  const lines = (await readSmall(path)).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const found: string[] = [];
  for (const line of lines) {
    const folder = await existing(resolve(objects, line), path);
    found.push(folder, ...(await alternatesOf(folder, depth - 1)));
  }
  return found;
}

function refuseOutside(root: string, { gitDir, commonDir, alternates }: Parts): void {
  const outside = [...new Set([gitDir, commonDir, ...alternates])].filter((path) => !isInside(root, path));
  if (outside.length === 0) return;
  const remedy = 'If that folder may be read, allow it with --allow-git-dir; otherwise scan a plain clone.';
  throw new Refusal(
    'source',
    outside.map((path) => ({ file: root, message: `its git data is outside the source, at ${path}`, remedy })),
  );
}

async function refuseLinks(folders: ReadonlySet<string>): Promise<void> {
  for (const path of [...folders].flatMap((folder) => PARTS.map((part) => join(folder, part)))) {
    if ((await kindOf(path)) === 'link') throw refusal(`${path} is a symbolic link`, 'Scan a clone of the repository.');
  }
}

/** What git itself demands of a repository (setup.c, is_git_directory); its own message names a path of the sandbox. */
async function demandRepository(gitDir: string, commonDir: string): Promise<void> {
  const kinds = await Promise.all(['objects', 'refs'].map((name) => kindOf(join(commonDir, name))));
  const head = (await kindOf(join(gitDir, 'HEAD'))) === 'file' ? await readSmall(join(gitDir, 'HEAD')) : '';
  if (kinds.every((kind) => kind === 'folder') && HEAD.test(head)) return;
  throw refusal(
    `${gitDir} is not a git repository: HEAD, objects or refs is missing or broken`,
    'Remove it if it is a leftover, or scan a fresh clone.',
  );
}

/**
 * Every part gets a mount of its own under /git: no path of the host shows inside, and none needs quoting. A worktree's
 * git folder lies in its common folder, which it finds by the relative path in `commondir` (refs are looked up by that
 * file alone, whatever GIT_COMMON_DIR says).
 */
function place({ gitDir, commonDir, alternates }: Parts): Pick<Repository, 'mounts' | 'env'> {
  if (!isInside(commonDir, gitDir))
    throw refusal(`${gitDir} borrows from ${commonDir}`, 'Scan a clone of the repository.');
  const folders = [...new Set([commonDir, ...alternates])];
  const at = (folder: string) => `/git/${folders.indexOf(folder)}`;
  return {
    mounts: folders.map((from) => ({ from, to: at(from), access: 'read' })),
    env: {
      GIT_DIR: at(commonDir) + gitDir.slice(commonDir.length),
      ...(alternates.length > 0 ? { GIT_ALTERNATE_OBJECT_DIRECTORIES: alternates.map(at).join(':') } : {}),
    },
  };
}

async function pointer(path: string, form: RegExp): Promise<string> {
  const target = form.exec(await readSmall(path))?.[1];
  if (target === undefined) throw refusal(`${path} does not name a git folder`, 'Scan a clone of the repository.');
  return target;
}

async function existing(path: string, namedBy: string): Promise<string> {
  try {
    const real = await realpath(path);
    if ((await kindOf(real)) === 'folder') return real;
  } catch {
    // Told below: a path that cannot be resolved is no folder.
  }
  throw refusal(`${namedBy} names ${path}, which is not a folder`, 'Scan a clone of the repository.');
}

/** Never follows a link and never waits on a pipe. */
async function readSmall(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((cause) => {
    throw refusal(`${path} cannot be read as a plain file`, 'Scan a clone of the repository.', cause);
  });
  try {
    const stat = await file.stat();
    if (stat.isFile() && stat.size <= POINTER_BYTES) return (await file.readFile()).toString('utf8');
    throw refusal(`${path} is not a small plain file`, 'Scan a clone of the repository.');
  } finally {
    await file.close();
  }
}

/** What is at a path, links not followed. Throws `Refusal` code `source` where that cannot be told. */
export async function kindOf(path: string): Promise<'absent' | 'file' | 'folder' | 'link' | 'other'> {
  try {
    const stat = await lstat(path);
    if (stat.isSymbolicLink()) return 'link';
    if (stat.isDirectory()) return 'folder';
    return stat.isFile() ? 'file' : 'other';
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'absent';
    throw refusal(`${path} cannot be examined (${code})`, `Make ${dirname(path)} readable, or scan a clone.`, error);
  }
}

export const isInside = (root: string, path: string): boolean => path === root || path.startsWith(`${root}${sep}`);

const refusal = (message: string, remedy: string, cause?: unknown): Refusal =>
  new Refusal('source', [{ message, remedy }], { cause });
