import { lstatSync } from 'node:fs';
import type { Job } from './job.js';

/** Whom the job's processes run as on the host. `caller` is an ordinary user's own uid, inside a user namespace. */
export type Identity = { kind: 'caller' } | { kind: 'private' | 'owner'; uid: number; gid: number };

/** The range systemd keeps for dynamic users (systemd.io/UIDS-GIDS), so no person or service has one of these. */
const FIRST_UID = 61184;
const LAST_UID = 65519;

export const startedAsRoot = (): boolean => process.geteuid?.() === 0;

/** Hands out uids that no other running job of this process has; other processes start elsewhere in the range. */
export function identities() {
  const inUse = new Set<number>();
  const size = LAST_UID - FIRST_UID + 1;
  let next = process.pid * 61;
  const claim = (): number => {
    for (let tries = 0; tries < size; tries += 1) {
      const uid = FIRST_UID + (next++ % size);
      if (!inUse.has(uid)) {
        inUse.add(uid);
        return uid;
      }
    }
    throw new Error('no free uid for another job');
  };
  return {
    claim(job: Job): Identity {
      if (!startedAsRoot()) return { kind: 'caller' };
      if (job.asOwnerOf !== undefined) {
        const { uid, gid } = lstatSync(job.asOwnerOf);
        return { kind: 'owner', uid, gid };
      }
      const uid = claim();
      return { kind: 'private', uid, gid: uid };
    },
    release(identity: Identity): void {
      if (identity.kind === 'private') inUse.delete(identity.uid);
    },
  };
}
