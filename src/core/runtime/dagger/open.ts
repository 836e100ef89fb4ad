import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@dagger.io/dagger';
import { Fault, Refusal } from '../../lib/errors.js';
import { printable } from '../../lib/printable.js';
import type { ContainerAnswer } from '../../lib/sandbox/container.js';
import { describeEnd } from '../../lib/sandbox/describe-end.js';
import type { Job, JobResult, Sandbox } from '../../lib/sandbox/job.js';
import { notStarted } from '../../lib/sandbox/runner.js';
import { unlessAborted } from './abort.js';
import { askContainer, type ContainerPorts, containerProblem, runFresh, runKept } from './container.js';
import { containerEnforcement } from './enforcement.js';
import { staying } from './stays.js';
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
    const { image, agent, scratch } = options;
    const stays = staying(scratch);
    const ports = { client, handOver: handingOver(upload, stays), stays, agent, image, scratch };
    const [version, probed] = await Promise.all([client.version(), probe(ports)]);
    const { facts } = probed;
    const [name = '', digest = ''] = image.split('@');
    const on = { engine, ports, probed };
    return {
      level: 'dagger',
      enforcement: containerEnforcement(facts),
      substrate: { ...facts.programs, dagger: { path: 'engine', version }, image: { path: name, version: digest } },
      run: (job, signal) => runOn(on, options.cache ? runKept : runFresh, job, signal),
      bring: (folder, signal) => bringOn(on, folder, signal),
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
  const answer = await askContainer(probeJob(folder), ports);
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

type Run = (job: Job, ports: ContainerPorts, probe: ContainerAnswer) => Promise<JobResult>;

/** A job on an engine whose first answer is known. */
interface Probed {
  engine: DaggerEngine;
  ports: ContainerPorts;
  probed: ContainerAnswer;
}

async function runOn({ engine, ports, probed }: Probed, run: Run, job: Job, signal: AbortSignal): Promise<JobResult> {
  const problem = containerProblem(job, ports);
  if (problem !== undefined) return notStarted(problem);
  try {
    const answer = await unlessAborted(
      () => run(job, ports, probed),
      signal,
      () => engine.stop(),
    );
    return answer ?? { ...notStarted(''), end: { kind: 'cancelled' } };
  } catch (error) {
    return notStarted(reasonOf(error));
  }
}

async function bringOn({ engine, ports }: Probed, folder: string, signal: AbortSignal): Promise<void> {
  const brought = await unlessAborted(
    () => ports.stays.bring(folder),
    signal,
    () => engine.stop(),
  );
  if (brought === undefined) throw new Fault('runtime', 'the run was cancelled');
}

const MESSAGE = 500;

/** What the engine said, without the identifiers of its trace. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return printable(text.replace(/\s*\[traceparent:[^\]]*\]/g, ''), MESSAGE);
}
