import type { HostProgram, Job, JobResult, Limits, SubstrateName } from './job.js';

/** Folder of a step's container that holds nothing of the job's own. */
export const CONTAINER = '/certus';

/** What the orchestrator and the agent in a container hand each other, by path in the container. */
export const PLACES = {
  /** The agent, one file. */
  agent: `${CONTAINER}/agent/worker.mjs`,
  order: `${CONTAINER}/in/order.json`,
  stdin: `${CONTAINER}/in/stdin`,
  /** Folders that fill the write mounts at the start, each under its place in the order. */
  given: `${CONTAINER}/given`,
  /** All that the orchestrator takes out of the container: the answer, the logs, write mounts, lists of what stays. */
  left: `${CONTAINER}/left`,
  /** The write mounts that stay, each under its place in the order. */
  stays: `${CONTAINER}/stays`,
} as const;

/** What is in `left` besides the write mounts, which are `0`, `1`, … in the order of `writes`. */
export const LEFT = {
  answer: 'answer.json',
  stdout: 'stdout',
  stderr: 'stderr',
  /** The plain files of a write mount that stays, as `packFiles` packs them. */
  files: (index: number) => `files-${index}`,
} as const;

/** One job for the agent. Every path is one of the container. */
export interface ContainerOrder {
  /** Empty for a job that an engine may answer from what it kept; else unlike all others, so that it has to run. */
  nonce: string;
  id: string;
  substrate: Job['substrate'];
  args: readonly string[];
  programs: readonly SubstrateName[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  limits: Limits;
  reads: readonly string[];
  /** Write mounts; `given` says whether there is something to start from, `stays` whether it is left apart. */
  writes: readonly { at: string; given: boolean; stays: boolean }[];
  /** Whether standard input is there. */
  stdin: boolean;
  /** The uid that owns what is read, to run as it; null for one that the agent draws. */
  uid: number | null;
}

/** A moment on the engine's machine. */
export interface EngineTime {
  /** Of the running kernel; it changes when the machine starts (random(4)). */
  boot: string;
  /** Milliseconds of a clock that never goes back, from an unknown origin, the same for all containers (clock_gettime(2)). */
  ms: number;
}

/** What the agent saw of its container before it started the job. */
export interface ContainerFacts {
  /** Network interfaces besides the loopback. */
  interfaces: readonly string[];
  /** Whether a system call filter is in force. */
  filtered: boolean;
  /** Bytes of the private /tmp; null when it is no tmpfs with a size. */
  tmpBytes: number | null;
  /** Bytes of the private /dev/shm, likewise. */
  sharedBytes: number | null;
  /** Whether a control group tells all memory of the container, also what no process has mapped. */
  counted: boolean;
  programs: Readonly<Record<string, HostProgram>>;
}

export interface ContainerAnswer {
  /** SHA-256 of the order that it answers, in hexadecimal. */
  order: string;
  /** When the agent began. */
  began: EngineTime;
  facts: ContainerFacts;
  result: JobResult;
}
