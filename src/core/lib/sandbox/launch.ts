import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Cgroup } from './cgroup.js';
import type { StopReason } from './ending.js';
import type { Job } from './job.js';
import { type LogState, openLog } from './logs.js';
import { writableMounts } from './ownership.js';
import { systemProgram } from './programs.js';
import { GRACE_MS, type ProcessTree } from './tree.js';
import { bytesIn } from './usage.js';

/** Descriptors that every level's command is started with. */
export const GATE_FD = 3;
export const STATUS_FD = 4;
export const EXTRA_FD = 5;

/** Shortest time between two looks at what the job has used, in milliseconds. */
const WATCH_MS = 200;

/** A look takes about one part in so many of the time: a snapshot's folder of 5,000 files takes 20 ms. */
const LOOK_SHARE = 100;

/** Longest time between two looks, in milliseconds, however long they take: so long a job can write beyond its limit. */
const WATCH_MOST_MS = 5000;

export interface Launch {
  /** The level's command, behind `behindGate`. */
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  tree: ProcessTree;
  /** An open file handed over as descriptor 5. */
  extra?: number;
}

/** Everything seen of a launch after its whole process tree is gone. */
export interface Launched {
  stopped: StopReason | undefined;
  /** What came over the status descriptor. */
  status: string;
  failure: string | undefined;
  stdout: LogState;
  stderr: LogState;
  wallMs: number;
}

/**
 * A command that waits for the word to start, so that it is in its control groups before it makes a process, and that dies
 * with this process: without the word it ends, after it the kernel's parent-death signal holds (prctl(2)).
 */
export function behindGate(command: readonly string[]): string[] {
  const gate = `read -r go <&${GATE_FD} && exec "$@" ${GATE_FD}<&-`;
  const setpriv = systemProgram('setpriv');
  const dying = setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL', '--'];
  return [...dying, '/bin/sh', '-c', gate, 'sh', ...command];
}

/** Starts the command, holds the job's wall-clock, CPU and output limits, and resolves when the tree is gone. */
export async function launch(plan: Launch, job: Job, cgroup: Cgroup, signal: AbortSignal): Promise<Launched> {
  const started = performance.now();
  // A log that cannot be opened must end the attempt while there is no process yet.
  const logs = openLogs(job);
  const child = start(plan, job);
  logs.stdout.read(child.stdio[1] as Readable);
  logs.stderr.read(child.stdio[2] as Readable);
  const status = collect(child.stdio[STATUS_FD] as Readable);
  // Listened to at once: it may end, or never have started, before it is admitted.
  const over = ended(child);
  const failure = await admit(child, cgroup);
  const stopped = watch(child, plan.tree, job, cgroup, signal);
  const spawnError = await over;
  const wallMs = Math.round(performance.now() - started);
  return {
    stopped: stopped.end(),
    status: status(),
    failure: spawnError ?? failure,
    stdout: logs.stdout.finish(),
    stderr: logs.stderr.finish(),
    wallMs,
  };
}

function start({ argv, env, extra }: Launch, job: Job): ChildProcess {
  const [program = '', ...args] = argv;
  return spawn(program, args, {
    cwd: '/',
    env: { ...env },
    // A session of its own: no controlling terminal to push input into, and Ctrl-C reaches this process alone.
    detached: true,
    stdio: [job.stdin ?? 'ignore', 'pipe', 'pipe', 'pipe', 'pipe', extra ?? 'ignore'],
  });
}

function openLogs(job: Job) {
  const limit = job.limits.logBytes;
  return { stdout: openLog(job.stdout, limit), stderr: openLog(job.stderr, limit) };
}

/** The status lines are few and short; more than that is not from the set-up. */
function collect(stream: Readable): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    if (text.length < 1 << 16) text += chunk.toString('utf8');
  });
  return () => text;
}

/** Puts the waiting command into its control groups and lets it start. Returns why that failed; then it never starts. */
async function admit(child: ChildProcess, cgroup: Cgroup): Promise<string | undefined> {
  const gate = child.stdio[GATE_FD] as Writable;
  gate.on('error', () => {});
  try {
    if (child.pid !== undefined) await cgroup.add(child.pid);
    gate.end('go\n');
    return undefined;
  } catch (error) {
    gate.destroy();
    return `control group: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function ended(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', () => resolve(undefined));
  });
}

/** Stops the job for the first reason that arises: SIGTERM, a grace, then the end of the whole namespace. */
function watch(child: ChildProcess, tree: ProcessTree, job: Job, cgroup: Cgroup, signal: AbortSignal) {
  let reason: StopReason | undefined;
  let kill: NodeJS.Timeout | undefined;
  const stop = (why: StopReason, grace = GRACE_MS) => {
    if (reason !== undefined || child.pid === undefined) return;
    reason = why;
    const { pid } = child;
    tree.terminate(pid);
    kill = setInterval(() => tree.destroy(pid), grace);
  };
  const wall = setTimeout(() => stop('wallSeconds'), job.limits.wallSeconds * 1000);
  const cancel = () => stop('cancelled');
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  const usage = watchUsage(job, cgroup, (why) => stop(why, 1));
  return {
    end(): StopReason | undefined {
      usage.end();
      clearTimeout(wall);
      clearInterval(kill);
      signal.removeEventListener('abort', cancel);
      return reason;
    },
  };
}

/** Looks at written bytes and used CPU, less often the longer a look takes. */
function watchUsage(job: Job, cgroup: Cgroup, exceeded: (why: StopReason) => void) {
  let timer: NodeJS.Timeout;
  const look = () => {
    const before = performance.now();
    if ((cgroup.cpuMs() ?? 0) > job.limits.cpuSeconds * 1000) exceeded('cpuSeconds');
    else if (outputFull(job)) exceeded('output');
    const pause = LOOK_SHARE * (performance.now() - before);
    timer = setTimeout(look, Math.min(WATCH_MOST_MS, Math.max(WATCH_MS, pause)));
  };
  timer = setTimeout(look, WATCH_MS);
  return { end: () => clearTimeout(timer) };
}

/** True when the writable mounts hold as much as they may. */
const outputFull = (job: Job): boolean =>
  bytesIn(writableMounts(job), job.limits.outputBytes) >= job.limits.outputBytes;
