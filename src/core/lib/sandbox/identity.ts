import { existsSync, lstatSync, readdirSync } from 'node:fs';
import type { Job } from './job.js';

/** Whom the job's processes run as on the host. `caller` is an ordinary user's own uid, inside a user namespace. */
export type Identity = { kind: 'caller' } | { kind: 'private' | 'owner'; uid: number; gid: number };

/** The range systemd keeps for dynamic users (systemd.io/UIDS-GIDS), so no person or service has one of these. */
const FIRST_UID = 61184;
const LAST_UID = 65519;

export const startedAsRoot = (): boolean => process.geteuid?.() === 0;

/**
 * What this process has handed out, whichever of its sandboxes asked: the limit on processes counts all that a uid runs, so
 * two jobs with one uid would end each other.
 */
const inUse = new Set<number>();
let next = process.pid * 61;

/** Gives the job a uid that no other running job has, until it is released. */
export function claimIdentity(job: Job): Identity {
  if (!startedAsRoot()) return { kind: 'caller' };
  if (job.asOwnerOf !== undefined) {
    const { uid, gid } = lstatSync(job.asOwnerOf);
    return { kind: 'owner', uid, gid };
  }
  const uid = freeUid();
  inUse.add(uid);
  return { kind: 'private', uid, gid: uid };
}

export function releaseIdentity(identity: Identity): void {
  if (identity.kind === 'private') inUse.delete(identity.uid);
}

/** Other scans of this host start elsewhere in the range; where they have come to is seen by their processes. */
function freeUid(): number {
  const size = LAST_UID - FIRST_UID + 1;
  const running = uidsRunning();
  for (let tries = 0; tries < size; tries += 1) {
    const uid = FIRST_UID + (next++ % size);
    if (!inUse.has(uid) && !running.has(uid)) return uid;
  }
  throw new Error('no free uid for another job');
}

function uidsRunning(): Set<number> {
  if (!existsSync('/proc')) return new Set();
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return new Set(pids.map((pid) => lstatSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid ?? 0));
}
