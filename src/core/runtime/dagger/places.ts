import { basename, dirname } from 'node:path';
import type { Mount } from '../../lib/sandbox/job.js';
import { CONTEXT } from './dockerfile.js';

/** What is sent to an engine at one time: entries of one folder, or one file or folder by itself. */
export interface Parcel {
  /** Where it goes in the build context. */
  at: string;
  folder: string;
  /** Set when there are several. */
  names: readonly string[];
}

/** How what a job reads is sent, and where in the build context each mount is then found. */
export interface Packing {
  parcels: readonly Parcel[];
  /** In the order of the mounts. */
  sources: readonly string[];
}

/** A name that needs no quoting in a Dockerfile: others, such as that of the folder under scan, are not part of a path there. */
const PLAIN = /^[A-Za-z0-9._@+-]+$/;

/** Where jobs see the source, or a part of it. */
const SOURCE = '/src/';

/**
 * Sends mounts that lie in the same folder together: each upload costs more than a small folder does. The source goes by
 * itself: other jobs see it too, with more of it or less, and what was sent once is there.
 */
export function packed(mounts: readonly Pick<Mount, 'from' | 'to'>[]): Packing {
  const groups = new Map<string, string[]>();
  for (const mount of mounts) {
    const group = groupOf(mount);
    groups.set(group, [...new Set([...(groups.get(group) ?? []), mount.from])].sort());
  }
  const parcels = [...groups.values()].map(
    (all, index): Parcel => ({
      at: CONTEXT.read(index),
      folder: dirname(all[0] ?? '/'),
      names: all.map((path) => basename(path)),
    }),
  );
  const places = new Map([...groups.keys()].map((group, index) => [group, parcels[index]]));
  const sources = mounts.map((mount) => {
    const { at = '', names = [] } = places.get(groupOf(mount)) ?? {};
    return names.length > 1 ? `${at}/${basename(mount.from)}` : at;
  });
  return { parcels, sources };
}

/** By its folder, or by itself. */
const groupOf = ({ from, to }: Pick<Mount, 'from' | 'to'>): string =>
  PLAIN.test(basename(from)) && !to.startsWith(SOURCE) ? `${dirname(from)}/` : from;
