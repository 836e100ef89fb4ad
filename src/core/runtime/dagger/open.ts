import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@dagger.io/dagger';
import { Refusal } from '../../lib/errors.js';
import { printable } from '../../lib/printable.js';
import type { ContainerAnswer } from '../../lib/sandbox/container.js';
import { describeEnd } from '../../lib/sandbox/describe-end.js';
import type { Job, JobResult, Sandbox } from '../../lib/sandbox/job.js';
import { notStarted } from '../../lib/sandbox/runner.js';
import { type ContainerPorts, containerProblem, runContainer, runKept } from './container.js';
import { containerEnforcement } from './enforcement.js';
import { handingOver, type Upload } from './upload.js';

/** A connection to an engine. */
export interface DaggerEngine {
  client: Client;
  upload: Upload;
  /** Ends all that this connection runs and resolves when it is gone; the connection cannot be used again. */
  stop(): Promise<void>;
}

export interface DaggerOptions {
  /** What containers start from: a reference with a digest. */
  image: string;
  /** Host folder with the agent as `worker.mjs`, checked against the lock. */
  agent: string;
  /** An existing host folder for what goes in and out of containers. */
  scratch: string;
  /** Whether a job may be answered from what the engine kept of an earlier one with the same inputs. */
  cache: boolean;
}

/**
 * A sandbox that runs each job in a container of its own on a Dagger engine, which may be another machine.
 * Throws `Refusal` ('sandbox') when a probe job does not run there as it must.
 */
export async function openDaggerSandbox(engine: DaggerEngine, options: DaggerOptions): Promise<Sandbox> {
  const { client, upload } = engine;
  try {
    const version = await client.version();
    const { image, agent, scratch } = options;
    const ports = { client, handOver: handingOver(upload), agent, image, scratch };
    const probed = await probe(ports);
    const { facts } = probed;
    const run: Run = options.cache
      ? (job) => runKept(job, ports, probed)
      : async (job) => (await runContainer(job, ports)).result;
    const [name = '', digest = ''] = image.split('@');
    return {
      level: 'dagger',
      enforcement: containerEnforcement(facts),
      substrate: { ...facts.programs, dagger: { path: 'engine', version }, image: { path: name, version: digest } },
      run: (job, signal) => runOn(engine, run, job, signal),
    };
  } catch (cause) {
    const remedy =
      'Start an engine that `dagger version` reaches; the base image must have node, git, python3 and util-linux.';
    throw new Refusal('sandbox', [{ message: `no sandbox on the Dagger engine: ${reasonOf(cause)}`, remedy }], {
      cause,
    });
  }
}

/** Runs on the engine each time: its answer tells what holds there today, and which other answers are older. */
async function probe(ports: ContainerPorts): Promise<ContainerAnswer> {
  const folder = join(ports.scratch, 'probe');
  await mkdir(folder, { recursive: true });
  const answer = await runContainer(probeJob(folder), ports);
  const { end } = answer.result;
  if (end.kind !== 'exited' || end.exitCode !== 0) throw new Error(describeEnd(end));
  return answer;
}

const MIB = 1 << 20;

function probeJob(folder: string): Job {
  const limits = { cpuSeconds: 10, wallSeconds: 20, pids: 64, outputBytes: MIB, logBytes: MIB, tmpBytes: MIB };
  return {
    id: 'probe',
    substrate: 'node',
    args: ['-e', ''],
    env: {},
    mounts: [],
    cwd: '/',
    limits: { memoryBytes: 512 * MIB, ...limits },
    stdout: join(folder, 'stdout'),
    stderr: join(folder, 'stderr'),
  };
}

type Run = (job: Job) => Promise<JobResult>;

async function runOn(engine: DaggerEngine, run: Run, job: Job, signal: AbortSignal): Promise<JobResult> {
  const problem = containerProblem(job);
  if (problem !== undefined) return notStarted(problem);
  const cancelled = abortion(signal);
  try {
    const running = signal.aborted ? undefined : run(job);
    const answer = await Promise.race([running, cancelled.promise]);
    if (answer !== undefined) return answer;
    // The SDK can end one query only by ending its connection (0.21); a cancelled run has no use for the others.
    await Promise.allSettled([engine.stop(), running]);
    return { ...notStarted(''), end: { kind: 'cancelled' } };
  } catch (error) {
    return notStarted(reasonOf(error));
  } finally {
    cancelled.dispose();
  }
}

function abortion(signal: AbortSignal) {
  let abort = () => {};
  const promise = new Promise<undefined>((resolve) => {
    abort = () => resolve(undefined);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
  return { promise, dispose: () => signal.removeEventListener('abort', abort) };
}

const MESSAGE = 500;

/** What the engine said, without the identifiers of its trace. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return printable(text.replace(/\s*\[traceparent:[^\]]*\]/g, ''), MESSAGE);
}
