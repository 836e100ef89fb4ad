import { lstat, mkdir, readdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { isAlive } from '../lib/alive.js';
import { readPlainFile } from '../lib/plain-file.js';
import { removeTree } from '../source/remove-tree.js';

/** Where the runs of an export folder keep what is not finished. */
const FOLDER = '.incomplete';
const OWNER = 'owner.json';

/** Nobody can guess the random part: a name in a hostile export folder leads to no folder of another run. */
const RUN_ID = /^\d{8}T\d{6}Z-[0-9a-f]{16}$/;
const MAX_NOTE = 4096;

/** `pids` is the process namespace: elsewhere a number names another process, or none. */
const owner = z.strictObject({
  pid: z.int().positive(),
  boot: z.string(),
  pids: z.string(),
  started: z.iso.datetime(),
});

/** Where a run keeps its copy of the source; it follows from the run's id, never from a file that others may write. */
export const workFolder = (runId: string): string => join(resolve(tmpdir()), `security-scan-work-${runId}`);

/** A folder that is being made or removed; other runs look past it. */
const passing = (folder: string): string => join(dirname(folder), `.${basename(folder)}`);

/** Makes the folder of a run that is not finished. It appears together with the note of who owns it. */
export async function openIncomplete(exportDir: string, runId: string, started: string): Promise<string> {
  const folder = join(exportDir, FOLDER, runId);
  await mkdir(passing(folder), { recursive: true });
  const note = JSON.stringify({ pid: process.pid, ...(await whereabouts()), started });
  await writeFile(join(passing(folder), OWNER), note);
  await rename(passing(folder), folder);
  return folder;
}

/** Removes the run's folder; its bundle has moved out by then. */
export async function closeIncomplete(folder: string): Promise<void> {
  await rename(folder, passing(folder));
  await rm(passing(folder), { recursive: true, force: true });
}

/** A run that ended without a word, such as by `kill -9`. */
export interface Remains {
  runId: string;
  folder: string;
  started: string;
}

/** Finds what killed runs left in an export folder, and removes their copies of the source. */
export async function findRemains(exportDir: string): Promise<Remains[]> {
  const folder = join(exportDir, FOLDER);
  const names = (await readdir(folder).catch(() => [])).filter((name) => RUN_ID.test(name));
  const here = await whereabouts();
  const found = await Promise.all(names.sort().map((name) => inspect(join(folder, name), name, here)));
  return found.filter((remains) => remains !== undefined);
}

async function inspect(folder: string, runId: string, here: Whereabouts): Promise<Remains | undefined> {
  const text = await readPlainFile(join(folder, OWNER), MAX_NOTE).catch(() => Buffer.from('{}'));
  const known = owner.safeParse(parseJson(text.toString('utf8')));
  if (!known.success) return { runId, folder, started: 'unknown' };
  const { pid, boot, pids, started } = known.data;
  // In another container of this boot it may still run; nobody here can tell.
  if (boot === here.boot && (pids !== here.pids || isAlive(pid))) return undefined;
  await removeWork(workFolder(runId));
  return { runId, folder, started };
}

/** Removes a work folder that is this user's own and private, as every run makes it. */
async function removeWork(work: string): Promise<void> {
  const stat = await lstat(work).catch(() => undefined);
  const ours = stat?.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
  if (ours) await removeTree(work);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Whereabouts {
  boot: string;
  pids: string;
}

/** A process number means something only within one boot of one machine and one process namespace. */
async function whereabouts(): Promise<Whereabouts> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown');
  return { boot: boot.trim(), pids: await readlink('/proc/self/ns/pid').catch(() => 'unknown') };
}
