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

/** Sends mounts that lie in the same folder together: each upload costs more than a small folder does. */
export function packed(mounts: readonly Pick<Mount, 'from'>[]): Packing {
  const groups = new Map<string, string[]>();
  for (const { from } of mounts) {
    const group = groupOf(from);
    groups.set(group, [...new Set([...(groups.get(group) ?? []), from])].sort());
  }
  const parcels = [...groups.values()].map(
    (all, index): Parcel => ({
      at: CONTEXT.read(index),
      folder: dirname(all[0] ?? '/'),
      names: all.map((path) => basename(path)),
    }),
  );
  const places = new Map([...groups.keys()].map((group, index) => [group, parcels[index]]));
  const sources = mounts.map(({ from }) => {
    const { at = '', names = [] } = places.get(groupOf(from)) ?? {};
    return names.length > 1 ? `${at}/${basename(from)}` : at;
  });
  return { parcels, sources };
}

/** By its folder, or by itself. */
const groupOf = (from: string): string => (PLAIN.test(basename(from)) ? `${dirname(from)}/` : from);
