import { execFileSync } from 'node:child_process';
import { chmodSync, lchownSync, lstatSync, mkdirSync, type Stats } from 'node:fs';
import type { Identity } from './identity.js';
import type { Job, Mount } from './job.js';
import { listing, type PlainFiles } from './plain-files.js';
import { requireProgram } from './programs.js';
import { bytesOf } from './usage.js';
import { walk } from './walk.js';

/** Lets the job write to its writable mounts. */
export function giveMounts(job: Job, identity: Identity): void {
  if (identity.kind === 'caller') return;
  for (const path of writableMounts(job)) {
    walk(path, (entry) => {
      lchownSync(entry, identity.uid, identity.gid);
      return true;
    });
  }
}

/** What was found in the writable mounts. */
export interface Taken {
  /** Endless when one could not be walked (paths longer than the system takes). */
  bytes: number;
  /** Of the mounts that stay, by their folder. */
  stayed: ReadonlyMap<string, PlainFiles>;
}

/**
 * Makes the writable mounts the caller's again, once nothing of the job is left, and tells what is in them. Links are
 * not followed. What is in mounts of which one could not be walked is removed.
 */
export function takeMounts(job: Job, identity: Identity): Taken {
  const mounts = written(job);
  try {
    const taken = mounts.map((mount) => ({ mount, ...takeEntries(mount, identity) }));
    const stayed = taken.filter(({ mount }) => mount.stays).map(({ mount, files }) => [mount.from, files] as const);
    return { bytes: taken.reduce((sum, { bytes }) => sum + bytes, 0), stayed: new Map(stayed) };
  } catch {
    for (const { from } of mounts) discard(from);
    return { bytes: Number.POSITIVE_INFINITY, stayed: new Map() };
  }
}

/** rm(1) goes from folder to folder and needs no long paths. */
function discard(path: string): void {
  if (!lstatSync(path).isDirectory()) return;
  execFileSync(requireProgram('rm'), ['-rf', '--one-file-system', '--', path], { env: {}, cwd: '/' });
  mkdirSync(path);
}

function takeEntries({ from, stays }: Mount, identity: Identity) {
  const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
  const { files, add } = listing(from);
  let bytes = 0;
  walk(from, (entry, stat) => {
    bytes += bytesOf(stat);
    if (stays) add(entry, stat);
    if (identity.kind !== 'caller') lchownSync(entry, uid, gid);
    openForCaller(entry, stat);
    return true;
  });
  return { bytes, files };
}

/** Drops set-uid bits, and gives the caller its rights back where the job took them. */
function openForCaller(entry: Buffer, stat: Stats): void {
  const wanted = stat.isDirectory() ? 0o700 : 0o600;
  if (!stat.isDirectory() && !stat.isFile()) return;
  const mode = (stat.mode & 0o777) | wanted;
  if (mode !== (stat.mode & 0o7777)) chmodSync(entry, mode);
}

/** Host folders and files that the job may write. */
export const writableMounts = (job: Job): string[] => written(job).map(({ from }) => from);

const written = ({ mounts }: Job): Mount[] => mounts.filter(({ access }) => access === 'write');
