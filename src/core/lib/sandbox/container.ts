import type { Job, JobResult, Limits, SubstrateName } from './job.js';

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
  /** All that the orchestrator takes out of the container: the answer, the logs, the write mounts. */
  left: `${CONTAINER}/left`,
} as const;

/** What is in `left` besides the write mounts, which are `0`, `1`, … in the order of `writes`. */
export const LEFT = { answer: 'answer.json', stdout: 'stdout', stderr: 'stderr' } as const;

/** One job for the agent. Every path is one of the container. */
export interface ContainerOrder {
  /** Comes back in the answer, so that one that an engine kept from another run is not taken for this one's. */
  nonce: string;
  id: string;
  substrate: Job['substrate'];
  args: readonly string[];
  programs: readonly SubstrateName[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  limits: Limits;
  reads: readonly string[];
  /** Write mounts; `given` says whether there is something to start from. */
  writes: readonly { at: string; given: boolean }[];
  /** Whether standard input is there. */
  stdin: boolean;
  /** Whom the job runs as, never 0. */
  uid: number;
}

/** What the agent saw of its container before it started the job. */
export interface ContainerFacts {
  /** Network interfaces besides the loopback. */
  interfaces: readonly string[];
  /** Whether a system call filter is in force. */
  filtered: boolean;
  /** Bytes of the private /tmp; null when it is no tmpfs with a size. */
  tmpBytes: number | null;
  programs: Readonly<Record<string, { path: string; version: string }>>;
}

export interface ContainerAnswer {
  nonce: string;
  facts: ContainerFacts;
  result: JobResult;
}
