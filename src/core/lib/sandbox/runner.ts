import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { type Cgroup, type CgroupHost, makeCgroup } from './cgroup.js';
import { jobEnd, type SetUpReport } from './ending.js';
import { environmentProblem } from './entry.js';
import { claimIdentity, type Identity, releaseIdentity } from './identity.js';
import type { Job, JobResult } from './job.js';
import { type Launch, type Launched, launch } from './launch.js';
import { limitProblem } from './limits.js';
import { giveMounts, type Taken, takeMounts } from './ownership.js';
import { endNamespace } from './tree.js';
import { mountProblem } from './view.js';

/** One level's way to start a job and to read what its set-up reported. */
export interface Starter {
  launch(job: Job, identity: Identity): Omit<Launch, 'extra'>;
  /** A file handed to the command as descriptor 5. */
  extra?: string;
  report(launched: Launched): SetUpReport;
  /** The namespace's first process, when the command may end before it. */
  init?(launched: Launched): number | undefined;
}

/** Runs one job at a level. Never throws for what the job does; what the set-up cannot do is `not-started`. */
export async function runJob(starter: Starter, cgroups: CgroupHost, job: Job, signal: AbortSignal): Promise<JobResult> {
  const problem = jobProblem(job);
  if (problem !== undefined) return notStarted(problem);
  if (signal.aborted) return { ...notStarted(''), end: { kind: 'cancelled' } };
  const identity = claimIdentity(job);
  try {
    return await runJobAs(starter, cgroups, identity, job, signal);
  } finally {
    releaseIdentity(identity);
  }
}

/** Runs a job that has no problem as that identity. */
export async function runJobAs(
  starter: Starter,
  cgroups: CgroupHost,
  identity: Identity,
  job: Job,
  signal: AbortSignal,
): Promise<JobResult> {
  const resultFor = await attempt(starter, cgroups, identity, job, signal);
  return resultFor(takeMounts(job, identity));
}

/** Tells a job's result from what was found in its writable mounts. */
type Ended = (taken: Taken) => JobResult;

/** Why the job cannot be run as described, or undefined. */
export function jobProblem(job: Job): string | undefined {
  const owned = job.asOwnerOf;
  if (owned !== undefined && !existsSync(owned)) return `asOwnerOf does not exist: ${owned}`;
  return mountProblem(job.mounts) ?? environmentProblem(job.env) ?? limitProblem(job.limits);
}

async function attempt(
  starter: Starter,
  cgroups: CgroupHost,
  identity: Identity,
  job: Job,
  signal: AbortSignal,
): Promise<Ended> {
  try {
    return await withCgroup(cgroups, job, (cgroup) => runAs(starter, identity, cgroup, job, signal));
  } catch (error) {
    return () => notStarted(error instanceof Error ? error.message : String(error));
  }
}

async function runAs(
  starter: Starter,
  identity: Identity,
  cgroup: Cgroup,
  job: Job,
  signal: AbortSignal,
): Promise<Ended> {
  giveMounts(job, identity);
  const extra = starter.extra === undefined ? undefined : openSync(starter.extra, constants.O_RDONLY);
  try {
    const plan = { ...starter.launch(job, identity), ...(extra !== undefined && { extra }) };
    const launched = await launch(plan, job, cgroup, signal);
    const init = starter.init?.(launched);
    if (init !== undefined) await endNamespace(init);
    return endOf(launched, reportOf(starter, launched), cgroup, job);
  } finally {
    if (extra !== undefined) closeSync(extra);
  }
}

const reportOf = (starter: Starter, launched: Launched): SetUpReport =>
  launched.failure === undefined ? starter.report(launched) : { started: false, reason: launched.failure };

/** What the control group knows is read while it is there. */
function endOf(launched: Launched, report: SetUpReport, cgroup: Cgroup, job: Job): Ended {
  const { stopped, stdout, stderr, wallMs } = launched;
  const [memoryKills, cpuMs, maxRssBytes] = [cgroup.memoryKills(), cgroup.cpuMs(), cgroup.maxMemoryBytes()];
  const { head, tail } = stderr;
  const { cpuSeconds, outputBytes } = job.limits;
  return ({ bytes, stayed }) => ({
    // Full: a write beyond it was refused or would have been.
    end: jobEnd({ stopped, report, head, tail, memoryKills, outputFull: bytes >= outputBytes, cpuMs, cpuSeconds }),
    wallMs,
    cpuMs,
    maxRssBytes,
    stdoutBytes: stdout.bytes,
    stderrBytes: stderr.bytes,
    logTruncated: stdout.truncated || stderr.truncated,
    ...(stayed.size > 0 && { stayed }),
  });
}

async function withCgroup<T>(host: CgroupHost, job: Job, work: (cgroup: Cgroup) => Promise<T>): Promise<T> {
  const cgroup = makeCgroup(host, job.limits);
  try {
    return await work(cgroup);
  } finally {
    cgroup.remove();
  }
}

export const notStarted = (reason: string): JobResult => ({
  end: { kind: 'not-started', reason },
  wallMs: 0,
  cpuMs: null,
  maxRssBytes: null,
  stdoutBytes: 0,
  stderrBytes: 0,
  logTruncated: false,
});
