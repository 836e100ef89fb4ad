import { basename, dirname } from 'node:path';
import type { Mount } from '../../lib/sandbox/job.js';
import { CONTEXT } from './dockerfile.js';

/** What is sent to an engine at one time: entries of one folder, or one file or folder by itself. */
export interface Parcel {
  /** Where it goes in the build context. */
  at: string;
  folder: string;
  names: readonly string[];
  settled: boolean;
}

/** How what a job reads is sent, and where in the build context each mount is then found. */
export interface Packing {
  parcels: readonly Parcel[];
  /** In the order of the mounts. */
  sources: readonly string[];
}

type Given = Pick<Mount, 'from' | 'settled'>;

/** A name that needs no quoting in a Dockerfile: others, such as that of the folder under scan, are not part of a path there. */
const PLAIN = /^[A-Za-z0-9._@+-]+$/;

/**
 * Sends mounts that lie in the same folder together: each upload costs more than a small folder does. What is settled goes
 * by itself: other jobs may be given it too, with more beside it or less, and what was sent once is there.
 */
export function packed(mounts: readonly Given[]): Packing {
  const groups = new Map<string, { paths: string[]; settled: boolean }>();
  for (const mount of mounts) {
    const group = groupOf(mount);
    const paths = [...new Set([...(groups.get(group)?.paths ?? []), mount.from])].sort();
    groups.set(group, { paths, settled: mount.settled ?? false });
  }
  const parcels = [...groups.values()].map(
    ({ paths, settled }, index): Parcel => ({
      at: CONTEXT.read(index),
      folder: dirname(paths[0] ?? '/'),
      names: paths.map((path) => basename(path)),
      settled,
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
const groupOf = ({ from, settled }: Given): string =>
  PLAIN.test(basename(from)) && !settled ? `${dirname(from)}/` : from;
