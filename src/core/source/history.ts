import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Fault, Refusal } from '../lib/errors.js';
import { END_OF_HISTORY, MERGE_FOLDER } from '../lib/history-marks.js';
import { type Git, gitFor } from './git.js';
import { type CopyRequest, copyHistory } from './history-copy.js';
import { addEnds } from './history-ends.js';
import { ownMerges } from './history-merges.js';
import type { JobPorts, SourcePorts } from './jobs.js';
import { findRepository, type Repository } from './repository.js';
import type { Snapshot } from './snapshot.js';

/** The host folder of a bare repository with the history, or why there is none to read. */
export type History = { folder: string } | { none: string };

export type HistoryPorts = JobPorts & Pick<SourcePorts, 'limits'>;

/**
 * The history of the snapshot's commit as tools may read it: a bare repository of our own making with what is reachable
 * from that commit, its last commit the file of `END_OF_HISTORY`. Nothing of the source's configuration is in it, and
 * what merges add by themselves is in commits of ours (`placeInHistory`). Throws `Fault` code `snapshot` for a
 * history that is cut off (a shallow clone), damaged or too large: less than all of it is no evidence about it.
 */
export async function takeHistory(
  snapshot: Pick<Snapshot, 'subject' | 'repository' | 'unread'>,
  ports: HistoryPorts,
): Promise<History> {
  const { path, allowGitDir } = snapshot.repository ?? {};
  const repository = path === undefined ? undefined : await repositoryAt(path, allowGitDir ?? false);
  if (path === undefined || repository === undefined) return { none: 'the source has no git repository' };
  const commit = commitOf(snapshot);
  if (commit === undefined) return { none: 'the repository has no commit' };
  if (repository.shallow)
    throw new Fault(
      'snapshot',
      'a shallow clone: older history is not there',
      'Fetch all of it: git fetch --unshallow.',
    );
  const request = { repository, owner: path, commit, maxBytes: ports.limits.maxTotalBytes };
  const { folder, git } = await wholeCopy(request, ports).catch(notWhole);
  await demandNames(git, commit);
  await addEnds(folder, commit, await ownMerges(git, commit));
  return { folder };
}

/** The copy, and a git that sees nothing else; an object that the copy lacks is not looked for in the source. */
async function wholeCopy(request: CopyRequest, ports: HistoryPorts): Promise<{ folder: string; git: Git }> {
  const folder = await copyHistory(request, ports);
  const git = gitFor(ports, repositoryOf(folder), folder);
  const args = ['rev-list', '--objects', '--quiet', request.commit];
  await git.run({ id: 'history-objects', args, output: 'objects' });
  return { folder, git };
}

function notWhole(cause: unknown): never {
  if (!(cause instanceof Fault)) throw cause;
  const remedy =
    '`git fsck` tells what is missing: scan a whole clone, or raise source.maxTotalSize where that is reached.';
  throw new Fault('snapshot', `the history cannot be copied whole: ${cause.message}`, remedy, { cause });
}

/** What was refused when the snapshot was taken stops the run; what changed since then stops the step. */
async function repositoryAt(path: string, allowGitDir: boolean): Promise<Repository | undefined> {
  try {
    return await findRepository(path, allowGitDir);
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    throw new Fault('snapshot', cause.message, 'Scan a fresh clone.', { cause });
  }
}

/** The commit that was scanned, or that what was scanned is based on. */
function commitOf({ subject, unread }: Pick<Snapshot, 'subject' | 'unread'>): string | undefined {
  const commit = subject.kind === 'gitCommit' ? subject.commit : subject.baseCommit;
  const damaged = unread.some(({ path, reason }) => path === '.git' && reason === 'unreadable');
  if (commit === undefined && damaged)
    throw new Fault('snapshot', 'the commit that HEAD names is not there', 'Scan a fresh clone.');
  return commit;
}

const repositoryOf = (folder: string): Repository => ({
  mounts: [{ from: folder, to: '/git/0', access: 'read' }],
  env: { GIT_DIR: '/git/0' },
  shallow: false,
});

const NAMES = ['log', '-c', '-r', '--name-only', '-z', '--no-renames', '--no-ext-diff', '--no-textconv', '--format='];
/** As their bytes: a name that ends with a backslash, and the names of our own files. */
const UNFIT = ['\\\0', `\0${END_OF_HISTORY.path}\0`, `\0${MERGE_FOLDER}/`].map((text) => Buffer.from(text));

/**
 * Refuses names that would make a reader of patches lose files: go-gitdiff 0.9.1 takes the quote after a backslash at
 * the end of a name for a part of the name, and drops the file; a file named as one of ours could feign the end.
 */
async function demandNames(git: Git, commit: string): Promise<void> {
  const listing = await git.run({ id: 'history-names', args: [...NAMES, commit], output: 'names.z' });
  let rest = Buffer.from('\0');
  if ((await stat(listing)).size === 0) return;
  for await (const chunk of createReadStream(listing)) {
    rest = Buffer.concat([rest.subarray(-64), chunk]);
    if (UNFIT.some((bytes) => rest.includes(bytes)))
      throw new Fault('snapshot', 'a name in the history cannot be shown to tools', 'Rewrite the history without it.');
  }
}
