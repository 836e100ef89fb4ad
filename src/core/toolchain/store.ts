import { chmod, lstat, mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type CheckedEntry, checkEntry } from './check-entry.js';
import { FOLDER_MODE, LIST } from './file-list.js';
import { clearRemains, discard, makeStaging, removeTree, type Staging } from './incoming.js';
import { type Sealed, seal, sync } from './seal.js';

/** Times that an entry which does not hold is put aside before its place is given up. */
const ATTEMPTS = 5;
const DIGEST = /^[0-9a-f]{64}$/;

/**
 * Installed tools, each under the SHA-256 of its list of files, so that a name says what is behind it:
 * `<digest>/files.json` is the list (RFC 8785), `<digest>/root/` the files, read-only, without links and bytecode.
 */
export interface Store {
  folder: string;
  /** Digests of all entries. What is behind them is for `check` to say. */
  installed(): Promise<ReadonlySet<string>>;
  has(digest: string): Promise<boolean>;
  /** A private place to make a tool in. Removes what installs left whose process is gone. */
  stage(): Promise<Staging>;
  /** Throws a staging area away. */
  drop(staging: Staging): Promise<void>;
  /** Lists staged files and makes them read-only. Throws `Fault` code `toolchain`. */
  seal(staging: Staging): Promise<Sealed>;
  /**
   * Publishes sealed files in one rename. Of two that add the same one wins and both succeed; an entry that stands there
   * and does not hold is replaced.
   */
  add(sealed: Sealed): Promise<{ digest: string; size: number }>;
  /** `seal`, then `add`. */
  addFolder(staging: Staging): Promise<{ digest: string; size: number }>;
  /** Compares every file with the list, and the list with its name. Throws `Fault` code `digest`; `tool` is for its message. */
  check(digest: string, tool: string, signal?: AbortSignal): Promise<CheckedEntry>;
  remove(digest: string): Promise<void>;
}

/** A store in a folder, which is made when something is first put there. */
export function openStore(folder: string): Store {
  const pathOf = (digest: string): string => {
    if (!DIGEST.test(digest)) throw new TypeError('not a SHA-256');
    return join(folder, digest);
  };
  const add = async (sealed: Sealed) => {
    await publish(folder, pathOf(sealed.digest), sealed);
    await removeTree(sealed.staging.folder);
    return { digest: sealed.digest, size: sealed.size };
  };
  return {
    folder,
    installed: async () => new Set((await readdir(folder).catch(() => [])).filter((name) => DIGEST.test(name))),
    has: (digest) => exists(join(pathOf(digest), LIST)),
    stage: async () => {
      await mkdir(folder, { recursive: true });
      await clearRemains(folder);
      return makeStaging(folder);
    },
    drop: (staging) => removeTree(staging.folder),
    seal,
    add,
    addFolder: async (staging) => add(await seal(staging)),
    check: (digest, tool, signal) => checkEntry(pathOf(digest), digest, tool, signal),
    remove: async (digest) => {
      if (await exists(pathOf(digest))) await discard(folder, pathOf(digest));
    },
  };
}

async function publish(store: string, target: string, { staging, digest }: Sealed): Promise<void> {
  for (let attempt = 1; !(await moveTo(staging.entry, target)); attempt += 1) {
    if (await holds(target, digest)) return;
    // Others may repair the same entry at this moment.
    await discard(store, target).catch((error) => {
      if (attempt === ATTEMPTS) throw error;
    });
  }
  // Another process may have removed it in the meantime.
  await chmod(target, FOLDER_MODE).catch(() => {});
  await sync(store);
}

const holds = (target: string, digest: string): Promise<boolean> =>
  checkEntry(target, digest, '').then(
    () => true,
    () => false,
  );

/** False when the place is taken. */
async function moveTo(entry: string, target: string): Promise<boolean> {
  try {
    await rename(entry, target);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return false;
    throw error;
  }
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
