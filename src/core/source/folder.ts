import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../lib/errors.js';
import type { Mount } from '../lib/sandbox/job.js';
import { answer, type Git, gitFor } from './git.js';
import { type Commit, formatOf, parseCommit } from './git-objects.js';
import type { SourcePorts } from './jobs.js';
import { existingPath } from './place.js';
import { findRepository, isBare, type Repository } from './repository.js';
import type { Snapshot, UnreadEntry } from './snapshot.js';
import { INPUT, runWorker } from './worker.js';

/**
 * A working tree: tracked files, and untracked ones that its `.gitignore` files do not name. `.git/info/exclude` and
 * excludes files are not obeyed, so that each clone gives the same snapshot. Without a repository, or in one without a
 * commit, every file.
 */
export async function takeFolder(path: string, allowGitDir: boolean, ports: SourcePorts): Promise<Snapshot> {
  const root = await existingPath(path, 'folder');
  if (await isBare(root)) {
    const remedy = `Name what to scan in it, such as ${path}#HEAD.`;
    throw new Refusal('source', [{ file: path, message: 'looks like a bare repository', remedy }]);
  }
  const mount: Mount = { from: root, to: '/src', access: 'read' };
  const taking = { source: path, kind: 'folder', mounts: [mount], asOwnerOf: root } as const;
  const repository = await findRepository(root, allowGitDir);
  if (repository === undefined) return await runWorker(taking, ports);
  await mkdir(join(ports.scratch, INPUT), { recursive: true });
  const git = gitFor(ports, repository, root);
  const commit = await headOf(git);
  const unread = commit === undefined ? await withoutCommit(git) : await list(git, commit, mount, ports.outputFolder);
  const known = commit === undefined ? {} : { commit, format: formatOf(commit.id) };
  return await runWorker({ ...taking, ...known, unread: [...shallow(repository), ...unread] }, ports);
}

/** History that a clone left out is in scope of tools that read history. */
export const shallow = ({ shallow }: Repository): UnreadEntry[] =>
  shallow ? [{ path: '.git', reason: 'shallow', detail: 'a shallow clone: older history is not there' }] : [];

async function headOf(git: Git): Promise<Commit | undefined> {
  const output = await git.run({
    id: 'source-head',
    args: ['cat-file', '--batch'],
    input: 'HEAD^{commit}\n',
    output: 'head',
  });
  return parseCommit(await answer(output));
}

/** No commit yet is a plain folder; a HEAD that names a commit which is not there is a damaged repository. */
async function withoutCommit(git: Git): Promise<UnreadEntry[]> {
  const named = await git.attempt({
    id: 'source-ref',
    args: ['rev-parse', '--quiet', '--verify', 'HEAD'],
    output: 'ref',
  });
  if (named === undefined) return [];
  return [
    { path: '.git', reason: 'unreadable', detail: 'HEAD names a commit that is not there; every file was scanned' },
  ];
}

const IGNORED = ['ls-files', '-z', '--others', '--ignored', '--directory', '--exclude-per-directory=.gitignore'];

/**
 * A pattern for this folder and nothing else (gitignore(5)). `--directory` names a folder when all in it is ignored:
 * what earlier runs left must not decide that.
 */
const anchored = (folder: string): string => `/${folder.replace(/[\\*?[\] ]/g, '\\$&')}/`;

/**
 * What the commit tracks, what was added since, and what is ignored. The index is hostile data and only ever adds
 * files: `ignored` is made without it, so no flag in it can hide one.
 */
async function list(git: Git, commit: Commit, source: Mount, outputFolder?: string): Promise<UnreadEntry[]> {
  const [added] = await Promise.all([
    git.attempt({ id: 'source-index', args: ['ls-files', '-z'], output: `${INPUT}/index.z` }),
    git.run({ id: 'source-tree', args: ['ls-tree', '-rz', '--full-tree', commit.tree], output: `${INPUT}/tree.z` }),
    git.run({
      id: 'source-ignored',
      args: [...IGNORED, ...(outputFolder === undefined ? [] : [`--exclude=${anchored(outputFolder)}`])],
      output: `${INPUT}/ignored.z`,
      env: { GIT_INDEX_FILE: '/nonexistent', GIT_WORK_TREE: source.to },
      mounts: [source],
    }),
  ]);
  if (added !== undefined) return [];
  const detail = 'the git index cannot be read; a file that is added, ignored and in no commit is missed';
  return [{ path: '.git/index', reason: 'unreadable', detail }];
}
