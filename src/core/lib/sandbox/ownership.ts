import { execFileSync } from 'node:child_process';
import { chmodSync, lchownSync, lstatSync, mkdirSync, type Stats } from 'node:fs';
import type { Identity } from './identity.js';
import type { Job } from './job.js';
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

/**
 * Makes the writable mounts the caller's again, once nothing of the job is left, and returns the bytes in them. Links are
 * not followed. Endless when one could not be walked (paths longer than the system takes): what is in it is removed then.
 */
export function takeMounts(job: Job, identity: Identity): number {
  try {
    return takeEntries(job, identity);
  } catch {
    for (const path of writableMounts(job)) discard(path);
    return Number.POSITIVE_INFINITY;
  }
}

/** rm(1) goes from folder to folder and needs no long paths. */
function discard(path: string): void {
  if (!lstatSync(path).isDirectory()) return;
  execFileSync(requireProgram('rm'), ['-rf', '--one-file-system', '--', path], { env: {}, cwd: '/' });
  mkdirSync(path);
}

function takeEntries(job: Job, identity: Identity): number {
  const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
  let total = 0;
  for (const path of writableMounts(job)) {
    walk(path, (entry, stat) => {
      total += bytesOf(stat);
      if (identity.kind !== 'caller') lchownSync(entry, uid, gid);
      openForCaller(entry, stat);
      return true;
    });
  }
  return total;
}

/** Drops set-uid bits, and gives the caller its rights back where the job took them. */
function openForCaller(entry: Buffer, stat: Stats): void {
  const wanted = stat.isDirectory() ? 0o700 : 0o600;
  if (!stat.isDirectory() && !stat.isFile()) return;
  const mode = (stat.mode & 0o777) | wanted;
  if (mode !== (stat.mode & 0o7777)) chmodSync(entry, mode);
}

/** Host folders and files that the job may write. */
export const writableMounts = (job: Job): string[] =>
  job.mounts.filter((mount) => mount.access === 'write').map((mount) => mount.from);
