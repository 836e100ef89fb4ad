import type { Audit } from '../lib/audit.js';
import { Fault } from '../lib/errors.js';
import type { PathRule } from '../lib/paths.js';
import { readPlainFile } from '../lib/plain-file.js';
import { printable } from '../lib/printable.js';
import { describeEnd } from '../lib/sandbox/describe-end.js';
import type { Job, JobResult, Limits, Sandbox } from '../lib/sandbox/job.js';
import { recordJob } from '../lib/sandbox/record.js';

/** Caps on a source. Above `maxFileBytes`, `maxDepth` or `maxPathBytes` a file is unread; above the others nothing is scanned. */
export interface SnapshotLimits {
  /** Files, links and unread entries together; folders are counted apart, under the same cap. */
  maxFiles: number;
  maxFileBytes: number;
  maxTotalBytes: number;
  /** Folders inside one another. */
  maxDepth: number;
  maxPathBytes: number;
  /** Expanded bytes over compressed bytes of an archive. */
  maxRatio: number;
}

/** What the source stage needs from outside. */
export interface SourcePorts {
  sandbox: Sandbox;
  audit: Audit;
  /** Folder of the built snapshot worker, `worker.mjs`. */
  worker: string;
  /** An empty folder of this run's own. */
  scratch: string;
  limits: SnapshotLimits;
  pathRules: readonly PathRule[];
  /** Where bundles are written, as `guardTree` tells: a path below the source folder that is no part of the snapshot. */
  outputFolder?: string | undefined;
  signal: AbortSignal;
  /** What a fetch may see of the operator's environment, such as SSH_AUTH_SOCK or HTTPS_PROXY; nothing by default. */
  fetchEnv?: Readonly<Record<string, string>>;
}

/** What a job of the source stage needs. */
export type JobPorts = Pick<SourcePorts, 'sandbox' | 'audit' | 'signal' | 'scratch'>;

const MiB = 2 ** 20;

/** Room for a million names in a listing, and for an index of them in memory. */
export const LISTING_BYTES = 512 * MiB;
const SOURCE_LIMITS: Limits = {
  memoryBytes: 2048 * MiB,
  cpuSeconds: 1800,
  wallSeconds: 1800,
  pids: 256,
  outputBytes: LISTING_BYTES,
  logBytes: LISTING_BYTES,
  tmpBytes: 64 * MiB,
};
const MESSAGE_BYTES = 300;

export type SourceJob = Omit<Job, 'limits'> & { limits?: Partial<Limits> };

/** Runs one job of the source stage and records it. */
export async function runJob(ports: JobPorts, job: SourceJob): Promise<JobResult> {
  const result = await ports.sandbox.run({ ...job, limits: { ...SOURCE_LIMITS, ...job.limits } }, ports.signal);
  recordJob(ports.audit, job, result);
  return result;
}

/** Demands that a job ended by itself, with one of these exit codes and all of its output. Throws `Fault` code `snapshot`. */
export async function demandExit(job: SourceJob, result: JobResult, codes: readonly number[] = [0]): Promise<number> {
  const { end, logTruncated } = result;
  if (logTruncated)
    throw new Fault('snapshot', `${job.id}: its output exceeds ${job.limits?.logBytes ?? LISTING_BYTES} bytes`);
  if (end.kind === 'exited' && codes.includes(end.exitCode)) return end.exitCode;
  const said = await lastWords(job.stderr);
  throw new Fault('snapshot', `${job.id}: ${describeEnd(end)}${said === '' ? '' : `: ${said}`}`, remedyFor(said));
}

/** Git's words for an object that a clone with `--filter` left out; a scan has no network to fetch it. */
const remedyFor = (said: string): string | undefined =>
  /promisor|lazy fetching/.test(said) ? 'The clone is partial: clone it again without --filter.' : undefined;

/** Part of what it wrote to standard error, safe to print. */
async function lastWords(stderr: string): Promise<string> {
  const text = await readPlainFile(stderr, LISTING_BYTES).catch(() => Buffer.alloc(0));
  return printable(text.subarray(-MESSAGE_BYTES).toString('utf8').trim(), MESSAGE_BYTES);
}
