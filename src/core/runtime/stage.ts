import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Fault } from '../lib/errors.js';
import type { Catalog } from '../plan/catalog.js';
import type { WorkerEntry } from '../plan/lock.js';
import { readableByJobs } from './readable.js';

/**
 * Copies a worker's files, hashing what is copied: what runs is exactly what was checked, whatever happens to the
 * original afterwards. Throws `Fault` code `digest` for a file that is missing or not the locked one.
 */
async function stageWorker(name: string, entry: WorkerEntry, from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const files = Object.entries(entry.files);
  // All of them, also when one fails: a copy that goes on would make the folder again that its run has removed.
  const copied = await Promise.allSettled(
    files.map(([file, sha256]) => stageFile(name, join(from, file), join(to, file), sha256)),
  );
  for (const one of copied) if (one.status === 'rejected') throw one.reason;
  await readableByJobs(to);
}

/** Copies of workers that were checked. */
export interface Workers {
  /** A folder of the worker that no earlier job could change. Rejects with `Fault` code `digest` for one that is not the locked one. */
  folderOf(name: string): Promise<string>;
  /** Begins to copy what will be asked for, where jobs share copies; who asks is told what fails. */
  begin(names: readonly string[]): void;
  /** Resolves when nothing is being copied. */
  settled(): Promise<void>;
}

/** Workers below a folder of the run's own, which need not exist. Jobs in a sandbox share one copy of each, read-only. */
export function workersIn(folder: string, catalog: Catalog, sandboxed: boolean): Workers {
  const staged = new Map<string, Promise<string>>();
  const stage = (name: string, key: string) => {
    const to = join(folder, key);
    const made = staged.get(key) ?? stageLocked(name, catalog, to).then(() => to);
    staged.set(key, made);
    return made;
  };
  // Without a sandbox a tool could write into what later jobs run.
  const folderOf = (name: string) => stage(name, sandboxed ? name : `${name}-${staged.size}`);
  return {
    folderOf,
    begin: (names) => {
      if (sandboxed) for (const name of names) folderOf(name).catch(() => {});
    },
    settled: async () => void (await Promise.allSettled(staged.values())),
  };
}

/** Stages the worker that the catalog's lock names. */
export async function stageLocked(name: string, { lock, workers }: Catalog, to: string): Promise<void> {
  const entry = lock.workers[name];
  if (entry === undefined) throw new Fault('digest', `the lock has no worker ${name}`, 'Install the package again.');
  await stageWorker(name, entry, join(workers, name), to);
}

async function stageFile(worker: string, from: string, to: string, expected: string): Promise<void> {
  const data = await read(worker, from);
  const actual = createHash('sha256').update(data).digest('hex');
  if (actual !== expected) {
    throw new Fault(
      'digest',
      `${worker}/${basename(from)} has sha256 ${actual}, the lock says ${expected}`,
      'Install the package again; never run a changed tool.',
    );
  }
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, data);
}

async function read(worker: string, path: string): Promise<Buffer> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    const remedy = 'Install the package again, or run `npm run build` in a checkout.';
    throw new Fault('digest', `${worker}/${basename(path)} is missing or not a plain file`, remedy, { cause });
  }
}
