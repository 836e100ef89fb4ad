import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mount } from '../lib/sandbox/job.js';
import type { Commit, ObjectFormat } from './git-objects.js';
import { demandExit, runJob, type SourceJob, type SourcePorts } from './jobs.js';
import type { SnapshotRequest } from './protocol.js';
import { readIndex, type SourceIndex } from './read-index.js';
import { recordPaths } from './record-paths.js';
import type { Snapshot, SourceSubject, UnreadEntry } from './snapshot.js';
import { treeDigest } from './tree-digest.js';

/** What the worker is to take, and what the orchestrator knows already. */
export interface Taking {
  /** As the operator named it, for messages. */
  source: string;
  kind: SnapshotRequest['kind'];
  /** Where the archive or folder is; absent for what comes in `in/` or on standard input. */
  mounts?: readonly Mount[];
  stdin?: number;
  asOwnerOf?: string;
  commit?: Commit;
  format?: ObjectFormat;
  /** What is unread for reasons that the worker cannot see. */
  unread?: readonly UnreadEntry[];
}

/** The scratch folder's part that the worker sees as /in. */
export const INPUT = 'in';
/** More than the files: the index, and blocks that are not full. */
const OVERHEAD_BYTES = 2 ** 30;

/** Runs the snapshot worker and makes a snapshot of what it left. */
export async function runWorker(taking: Taking, ports: SourcePorts): Promise<Snapshot> {
  const folder = join(ports.scratch, 'snapshot');
  const output = join(ports.scratch, 'snapshot-index');
  for (const path of [folder, output]) await mkdir(path);
  await writeRequest(taking, ports);
  const job = workerJob(taking, { folder, output }, ports);
  const result = await runJob(ports, job);
  await demandExit(job, result);
  const index = await readIndex(output, result.stayed?.get(folder) ?? new Map(), taking.source, ports.limits);
  recordPaths(index, ports.audit);
  return snapshotOf(folder, index, taking);
}

async function writeRequest(
  { kind, stdin, commit, format }: Taking,
  { scratch, limits, pathRules, outputFolder }: SourcePorts,
): Promise<void> {
  const request: SnapshotRequest = {
    kind,
    stdin: stdin !== undefined,
    git: commit !== undefined,
    format: format ?? 'sha1',
    limits,
    pathRules,
    outputFolder,
  };
  const input = join(scratch, INPUT);
  await mkdir(input, { recursive: true });
  await writeFile(join(input, 'request.json'), JSON.stringify(request), { flag: 'wx' });
  // The job may run as another user than the one whose umask made these.
  await chmod(input, 0o755);
  for (const name of await readdir(input)) await chmod(join(input, name), 0o644);
}

function workerJob(
  { mounts, stdin, asOwnerOf }: Taking,
  { folder, output }: Record<'folder' | 'output', string>,
  ports: SourcePorts,
): SourceJob {
  return {
    id: 'source-snapshot',
    substrate: 'node',
    args: ['/tool/worker.mjs', '/in', '/src', '/archive', '/files', '/out'],
    env: {},
    mounts: [
      { from: ports.worker, to: '/tool', access: 'read', settled: true },
      { from: join(ports.scratch, INPUT), to: '/in', access: 'read' },
      { from: folder, to: '/files', access: 'write', stays: true },
      { from: output, to: '/out', access: 'write' },
      ...(mounts ?? []),
    ],
    cwd: '/',
    stdout: join(ports.scratch, 'source-snapshot.out'),
    stderr: join(ports.scratch, 'source-snapshot.err'),
    limits: { outputBytes: ports.limits.maxTotalBytes + OVERHEAD_BYTES, logBytes: 2 ** 20 },
    ...(stdin === undefined ? {} : { stdin }),
    ...(asOwnerOf === undefined ? {} : { asOwnerOf }),
  };
}

function snapshotOf(folder: string, { entries, unread, excluded, end }: SourceIndex, taking: Taking): Snapshot {
  const digest = treeDigest(entries, unread);
  const subject = subjectOf(digest, end.tree, taking.commit);
  return {
    folder,
    entries,
    unread: [...(taking.unread ?? []), ...unread.map(({ path, reason, detail }) => ({ path, reason, detail }))],
    excluded: excluded.map(({ type: _, ...exclusion }) => exclusion),
    ignored: end.ignored,
    treeDigest: digest,
    subject,
    dirty: taking.commit !== undefined && subject.kind === 'tree',
  };
}

/** The commit is the subject only if our own hashes make its tree. */
function subjectOf(digest: string, tree: string | undefined, commit: Commit | undefined): SourceSubject {
  if (commit === undefined) return { kind: 'tree', digest };
  if (tree === commit.tree) return { kind: 'gitCommit', commit: commit.id, tree, time: commit.time };
  return { kind: 'tree', digest, baseCommit: commit.id, time: commit.time };
}
