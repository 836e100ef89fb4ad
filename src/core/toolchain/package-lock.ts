import * as z from 'zod';
import { installFault } from './fault.js';
import type { Artifact } from './fetched.js';

/** An entry of npm's lockfile, as far as it is looked at (package-lock.json, "packages"). */
const lockedPackage = z.looseObject({
  name: z.string().optional(),
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  inBundle: z.boolean().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  devOptional: z.boolean().optional(),
});
const lockfile = z.looseObject({ lockfileVersion: z.literal(3), packages: z.record(z.string(), lockedPackage) });

/** What says where a package came from, or nothing about what is installed. */
const DROPPED = ['resolved', 'funding', 'license', 'deprecated'];

/** Parts of npm's lockfile that a lock entry keeps: registry addresses may hold names and passwords of the operator. */
export type PackageLock = z.infer<typeof lockfile>;

/**
 * npm's lockfile without addresses. Throws `Fault` code `toolchain` for a package that is not fixed by a SHA-512 of a
 * registry's archive: from git, a folder, or with a weaker hash.
 */
export function withoutAddresses(text: string): PackageLock {
  const lock = lockfile.parse(JSON.parse(text));
  const packages = Object.entries(lock.packages).map(([path, one]) => {
    if (path !== '' && !isFixed(one))
      throw installFault(`${path} is not fixed by the hash of an archive of a registry`);
    return [path, Object.fromEntries(Object.entries(one).filter(([key]) => !DROPPED.includes(key)))];
  });
  return { ...lock, packages: Object.fromEntries(packages) };
}

function isFixed({ resolved, integrity, link, inBundle }: z.infer<typeof lockedPackage>): boolean {
  if (link === true || (resolved !== undefined && !/^https?:/.test(resolved))) return false;
  return inBundle === true || /^sha512-[A-Za-z0-9+/]+=*$/.test(integrity ?? '');
}

/** The packages that are installed, sorted: without those for development and optional ones. */
export function artifactsOf(lock: PackageLock): Artifact[] {
  const installed = Object.entries(lock.packages).flatMap(([path, one]) => {
    const { name, version, integrity, inBundle, dev, optional, devOptional } = one;
    if (path === '' || inBundle || dev || optional || devOptional || version === undefined) return [];
    return [{ name: name ?? path.replace(/.*node_modules\//, ''), version, integrity: integrity ?? '' }];
  });
  const unique = new Map(installed.map((one) => [`${one.name}@${one.version}`, one]));
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}
