import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job, JobResult, Limits, Sandbox } from '../../../../src/core/lib/sandbox/job.js';

/** One thing that every sandbox level must hold. `check` throws when it does not. */
export interface Case {
  name: string;
  check(world: World): Promise<void>;
}

export interface World {
  sandbox: Sandbox;
  /** An empty folder for the case. */
  folder: string;
  /** Path of the bundle that runs one job as an orchestrator of its own; see orchestrator.ts. */
  orchestrator: string;
}

export interface Ran {
  result: JobResult;
  stdout: string;
  stderr: string;
  out: string;
}

export const MIB = 1 << 20;

const LIMITS: Limits = {
  memoryBytes: 512 * MIB,
  cpuSeconds: 10,
  wallSeconds: 60,
  pids: 64,
  outputBytes: 8 * MIB,
  logBytes: MIB,
  tmpBytes: 8 * MIB,
};

export type JobOptions = Partial<Omit<Job, 'limits'>> & { limits?: Partial<Limits> };

/** A job that runs `script` (CommonJS) from the read-only /src, with /out to write to. */
export function scriptJob(folder: string, script: string, options: JobOptions = {}): Job {
  const place = mkdtempSync(join(folder, 'job-'));
  for (const name of ['src', 'out']) mkdirSync(join(place, name));
  writeFileSync(join(place, 'src/job.cjs'), script);
  return {
    id: 'case',
    substrate: 'node',
    env: {},
    cwd: '/src',
    stdout: join(place, 'stdout'),
    stderr: join(place, 'stderr'),
    ...options,
    args: ['/src/job.cjs', ...(options.args ?? [])],
    mounts: [
      { from: join(place, 'src'), to: '/src', access: 'read' },
      { from: join(place, 'out'), to: '/out', access: 'write' },
      ...(options.mounts ?? []),
    ],
    limits: { ...LIMITS, ...options.limits },
  };
}

export async function runScript(
  world: World,
  script: string,
  options: JobOptions = {},
  signal = new AbortController().signal,
): Promise<Ran> {
  const job = scriptJob(world.folder, script, options);
  // The folder must be readable by the job's uid, as a snapshot is; its parents need not be.
  const result = await world.sandbox.run(job, signal);
  const read = (path: string) => readFileSync(path, 'utf8');
  return { result, stdout: read(job.stdout), stderr: read(job.stderr), out: join(job.stdout, '../out') };
}

/** Host processes with `token` among their arguments. */
export function processesWith(token: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => textOf(`/proc/${pid}/cmdline`).split('\0').includes(token))
    .map(Number);
}

/** Those of them that run the job's own program. */
export const jailedWith = (token: string): number[] =>
  processesWith(token).filter((pid) => textOf(`/proc/${pid}/cmdline`).startsWith('/sandbox/node\0'));

/** Waits until `ready` is true; throws with `what` when it is not within the seconds. */
export async function until(ready: () => boolean, what: string, seconds = 10): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!ready()) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
