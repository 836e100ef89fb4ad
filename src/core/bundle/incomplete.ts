import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';

/** Where the runs of an export folder keep what is not finished. */
const FOLDER = '.incomplete';
const OWNER = 'owner.json';

/** Names of work folders; nothing else is ever removed on the word of an `owner.json`. */
export const WORK_PREFIX = 'security-scan-';

const owner = z.strictObject({ pid: z.int().positive(), boot: z.string(), started: z.string(), work: z.string() });

/** A folder that is being made or removed; other runs look past it. */
const passing = (folder: string): string => join(dirname(folder), `.${basename(folder)}`);

/** Makes the folder of a run that is not finished. It appears together with the note of who owns it. */
export async function openIncomplete(exportDir: string, runId: string, started: string, work: string): Promise<string> {
  const folder = join(exportDir, FOLDER, runId);
  await mkdir(passing(folder), { recursive: true });
  const note = JSON.stringify({ pid: process.pid, boot: await bootId(), started, work });
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
  const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.'));
  const boot = await bootId();
  const found = await Promise.all(names.sort().map((name) => inspect(join(folder, name), name, boot)));
  return found.filter((remains) => remains !== undefined);
}

async function inspect(folder: string, runId: string, boot: string): Promise<Remains | undefined> {
  const text = await readFile(join(folder, OWNER), 'utf8').catch(() => '{}');
  const known = owner.safeParse(parseJson(text));
  if (!known.success) return { runId, folder, started: 'unknown' };
  const { pid, work, started } = known.data;
  if (known.data.boot === boot && isAlive(pid)) return undefined;
  const ours = dirname(work) === tmpdir() && basename(work).startsWith(WORK_PREFIX);
  if (ours) await rm(work, { recursive: true, force: true });
  return { runId, folder, started };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process number means something only within one boot of one machine. */
async function bootId(): Promise<string> {
  const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown');
  return text.trim();
}
