import { createHash, randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readFile, readlink, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../lib/alive.js';

/** Where installs are prepared, beside the entries so that a rename can publish them. */
const FOLDER = '.incoming';

/** `<machine>-<boot>-<pid>-<random>`: who makes it. */
const NAME = /^([0-9a-f]{8})-([0-9a-f]{8})-([0-9]+)-[0-9a-f]{16}$/;

/** No install takes as long, in milliseconds: what is older was left, whoever made it. */
const LONGEST_INSTALL = 24 * 3600_000;

/** A private place in which one tool is made. */
export interface Staging {
  /** All of it. */
  folder: string;
  /** Becomes the store entry. */
  entry: string;
  /** `entry/root`: the installed files. */
  root: string;
  /** For everything that is thrown away: downloads, caches, temporary files. */
  work: string;
}

/** Makes a staging area in a store. */
export async function makeStaging(store: string): Promise<Staging> {
  const { machine, boot } = await whereabouts();
  const folder = join(store, FOLDER, `${machine}-${boot}-${process.pid}-${randomBytes(8).toString('hex')}`);
  const entry = join(folder, 'entry');
  const staging = { folder, entry, root: join(entry, 'root'), work: join(folder, 'work') };
  await mkdir(join(store, FOLDER), { recursive: true, mode: 0o700 });
  await mkdir(folder, { mode: 0o700 });
  await mkdir(staging.root, { recursive: true });
  await mkdir(staging.work);
  return staging;
}

/** Removes what installs left whose process is gone. Resolves to how many there were. */
export async function clearRemains(store: string): Promise<number> {
  const here = await whereabouts();
  const folder = join(store, FOLDER);
  const names = await readdir(folder).catch(() => []);
  let cleared = 0;
  for (const name of names) {
    if (!(await isLeft(join(folder, name), name, here))) continue;
    await removeTree(join(folder, name));
    cleared += 1;
  }
  return cleared;
}

async function isLeft(path: string, name: string, here: Whereabouts): Promise<boolean> {
  const [, machine, boot, pid] = NAME.exec(name) ?? [];
  const stat = await lstat(path).catch(() => undefined);
  if (stat === undefined) return false;
  if (Date.now() - stat.mtimeMs > LONGEST_INSTALL) return true;
  return machine === here.machine && (boot !== here.boot || !isAlive(Number(pid)));
}

/** Moves a folder out of sight before it is removed, so that nobody sees a part of it. */
export async function discard(store: string, folder: string): Promise<void> {
  const { folder: staging } = await makeStaging(store);
  // Moving a folder rewrites its `..`, for which it must be writable.
  await chmod(folder, 0o755);
  await rename(folder, join(staging, 'discarded'));
  await removeTree(staging);
}

/** Removes a folder with read-only ones inside. */
export async function removeTree(folder: string): Promise<void> {
  const stat = await lstat(folder).catch(() => undefined);
  if (stat?.isDirectory()) await makeWritable(folder);
  await rm(folder, { recursive: true, force: true });
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700).catch(() => {});
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
}

interface Whereabouts {
  machine: string;
  boot: string;
}

/** A process number means something only within one boot of one machine and one process namespace. */
async function whereabouts(): Promise<Whereabouts> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown');
  const pids = await readlink('/proc/self/ns/pid').catch(() => 'unknown');
  return { machine: short(`${hostname()} ${pids}`), boot: short(boot) };
}

const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);
