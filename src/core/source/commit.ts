import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, Refusal } from '../lib/errors.js';
import { readPlainFile } from '../lib/plain-file.js';
import { shallow } from './folder.js';
import { answer, type Git, gitFor } from './git.js';
import { blobsToRead, type Commit, formatOf, parseCommit, parseTreeListing, type TreeItem } from './git-objects.js';
import { LISTING_BYTES, type SourcePorts } from './jobs.js';
import { existingPath } from './place.js';
import { findRepository } from './repository.js';
import { checkRef } from './request.js';
import type { Snapshot } from './snapshot.js';
import { INPUT, runWorker } from './worker.js';

/** A commit to read; `source` is how messages name it where that is not its path. */
export interface CommitRequest {
  path: string;
  ref: string;
  allowGitDir?: boolean;
  source?: string;
}

/** A commit of a local repository, read from its objects: nothing is checked out, the working tree does not matter. */
export async function takeCommit(request: CommitRequest, ports: SourcePorts): Promise<Snapshot> {
  const { path, ref, allowGitDir = false } = request;
  const source = request.source ?? `${path}#${checkRef(ref, path)}`;
  const root = await existingPath(path, 'folder');
  const repository = await findRepository(root, allowGitDir);
  if (repository === undefined)
    throw refusal(source, 'is not a git repository', 'Name a clone, or scan the folder as it is.');
  await mkdir(join(ports.scratch, INPUT), { recursive: true });
  const git = gitFor(ports, repository, root);
  const commit = await commitAt(git, ref, source);
  // What is staged in the clone's folder may lie where bundles are to go.
  if (ports.outputFolder !== undefined)
    await git.attempt({ id: 'source-index', args: ['ls-files', '-z'], output: `${INPUT}/index.z` });
  await readBlobs(git, commit, source, ports);
  return await runWorker(
    { source, kind: 'blobs', commit, format: formatOf(commit.id), unread: shallow(repository) },
    ports,
  );
}

async function commitAt(git: Git, ref: string, source: string): Promise<Commit> {
  const command = { id: 'source-commit', args: ['cat-file', '--batch'], input: `${ref}^{commit}\n`, output: 'commit' };
  const commit = parseCommit(await answer(await git.run(command)));
  if (commit !== undefined) return commit;
  throw refusal(source, 'names no commit of the repository', 'Check the ref; git fetch may be needed first.');
}

/** Lists the commit's tree and reads its blobs into the worker's input, in the order that `blobsToRead` gives. */
async function readBlobs(git: Git, { tree }: Commit, source: string, { scratch, limits }: SourcePorts): Promise<void> {
  const args = ['ls-tree', '-rz', '--long', '--full-tree', tree];
  const listing = await git.run({ id: 'source-tree', args, output: `${INPUT}/tree.z` });
  const blobs = blobsToRead(parseTreeListing(await readPlainFile(listing, LISTING_BYTES)), limits);
  const bytes = demandSize(blobs, source, limits);
  const input = blobs.map(({ id }) => `${id}\n`).join('');
  if (input === '') return await writeFile(join(scratch, INPUT, 'blobs'), '', { flag: 'wx' });
  // Each record has a header of an id, a type and a size, and a line feed at its end.
  const maxOutput = bytes + blobs.length * 128;
  await git.run({ id: 'source-blobs', args: ['cat-file', '--batch'], input, output: `${INPUT}/blobs`, maxOutput });
}

/** A few small tree objects can name a blob millions of times, so the sum is looked at before git is asked for it. */
function demandSize(blobs: readonly TreeItem[], source: string, limits: SourcePorts['limits']): number {
  const bytes = blobs.reduce((sum, { size }) => sum + (size ?? 0), 0);
  if (blobs.length > limits.maxFiles) throw overCap(source, 'maxFiles', `more than ${limits.maxFiles} files`);
  if (bytes > limits.maxTotalBytes)
    throw overCap(source, 'maxTotalSize', `more than ${limits.maxTotalBytes} bytes in all`);
  return bytes;
}

/** Found by reading, so not a refusal: the evidence is incomplete. */
const overCap = (source: string, key: string, what: string): Fault =>
  new Fault(
    'snapshot',
    `${source}: the source has ${what}`,
    `Raise source.${key} in the policy, or scan a part of the source.`,
  );

const refusal = (file: string, message: string, remedy: string): Refusal =>
  new Refusal('source', [{ file, message, remedy }]);
