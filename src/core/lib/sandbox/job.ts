import type { PlainFiles } from './plain-files.js';

/** Sandbox levels, weakest first. See docs/threat-model.md for what each one enforces. */
export const SANDBOX_LEVELS = ['none', 'seatbelt', 'namespaces', 'bubblewrap', 'dagger'] as const;
export type SandboxLevel = (typeof SANDBOX_LEVELS)[number];

/** What one sandboxed process tree may use. */
export interface Limits {
  /** Bytes of memory for the whole tree where a cgroup holds it, else RLIMIT_DATA per process. */
  memoryBytes: number;
  /** CPU seconds. */
  cpuSeconds: number;
  /** Wall-clock seconds from start to end. */
  wallSeconds: number;
  /** Processes and threads at one time. */
  pids: number;
  /** Bytes in all writable mounts together. */
  outputBytes: number;
  /** Bytes of standard output and standard error kept; what exceeds it is dropped and marked. */
  logBytes: number;
  /** Bytes of the private /tmp. */
  tmpBytes: number;
}
export type LimitName = keyof Limits | 'net' | 'filesystem' | 'syscalls' | 'uid';

/** A host file or folder as the process sees it. Both paths are absolute. */
export interface Mount {
  from: string;
  to: string;
  access: 'read' | 'write';
  /** Nothing changes it while the run lasts, and several jobs may be given it. */
  settled?: boolean;
  /**
   * Of a write mount whose folder is empty: what the job writes there may stay where it ran until `Sandbox.bring`. Later jobs
   * are given it, or a part of it, as a `settled` mount. One job writes to it, and nothing changes it afterwards.
   */
  stays?: boolean;
}

/** Host programs that a job may need; each comes from a fixed system path, never from inside the source. */
export type SubstrateName = 'node' | 'git' | 'python';

/** The folder inside the sandbox that holds host programs. Without a mount view, a PATH that is this folder names theirs. */
export const PROGRAMS = '/sandbox';

/** One process to run in isolation. Paths in `argv` are paths inside the sandbox. */
export interface Job {
  id: string;
  /** The program that is started with `args`: one of the host's, or a file of a mount. Nothing is looked up in a PATH. */
  substrate: SubstrateName | { program: string };
  args: readonly string[];
  /** Host programs that the job starts by itself, from its own PATH: each is a file of `PROGRAMS`. */
  programs?: readonly SubstrateName[];
  /** Whether it sees /proc: that of its own process namespace, read-only where the level can. */
  proc?: boolean;
  /** The whole environment; nothing is inherited. */
  env: Readonly<Record<string, string>>;
  mounts: readonly Mount[];
  /** Working directory inside the sandbox. */
  cwd: string;
  limits: Limits;
  /** Standard input, an open file descriptor; absent means none. */
  stdin?: number;
  /** Files that receive standard output and standard error (each cut at `limits.logBytes`). */
  stdout: string;
  stderr: string;
  /** Exit codes of a job that did its work; default 0. One that ended otherwise is never answered from a cache. */
  goodCodes?: readonly number[];
  /** Run as this owner's uid when started as root, for reading a tree that only its owner may read; default a private uid. */
  asOwnerOf?: string;
}

/** How a job ended. Only `exited` has an exit code. */
export type JobEnd =
  | { kind: 'exited'; exitCode: number }
  | { kind: 'signalled'; signal: string }
  | { kind: 'timeout'; limit: 'wallSeconds' | 'cpuSeconds' }
  | { kind: 'memory' }
  | { kind: 'output' }
  | { kind: 'cancelled' }
  | { kind: 'not-started'; reason: string };

export interface JobResult {
  end: JobEnd;
  wallMs: number;
  /** User and system time of the tree, where the host can tell. */
  cpuMs: number | null;
  maxRssBytes: number | null;
  stdoutBytes: number;
  stderrBytes: number;
  /** True when standard output or standard error exceeded `limits.logBytes`. */
  logTruncated: boolean;
  /** What the job left in mounts that stay, by their folder; absent when it has none of them, or did not start. */
  stayed?: ReadonlyMap<string, PlainFiles>;
  /** The answer is an earlier one to the same job with the same inputs; the times are those of then. */
  kept?: boolean;
}

/** For each limit the mechanism that enforces it here, or `declared` when nothing does. */
export type Enforcement = Readonly<Record<LimitName, string>>;

/** A program of the host that jobs may start: its absolute path, and the first version number that it prints or `unknown`. */
export interface HostProgram {
  path: string;
  version: string;
}

/** A place to run jobs. `run` never throws for what the job does; it resolves after the whole tree is gone. */
export interface Sandbox {
  readonly level: SandboxLevel;
  readonly enforcement: Enforcement;
  /** Each host program in use. */
  readonly substrate: Readonly<Record<string, HostProgram>>;
  run(job: Job, signal: AbortSignal): Promise<JobResult>;
  /**
   * Resolves when all that a job left in the mount of this folder, which `stays`, is there; at once where it is already.
   * Throws `Fault` ('runtime') when it cannot be had.
   */
  bring(folder: string, signal: AbortSignal): Promise<void>;
}
