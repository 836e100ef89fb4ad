import type { EngineTime } from '../../lib/sandbox/container.js';
import type { Job, JobResult } from '../../lib/sandbox/job.js';

/** Whether an answer is older than the session that got it: the engine kept it. Both times are of the engine's machine. */
export const isKept = (began: EngineTime, since: EngineTime): boolean =>
  began.boot !== since.boot || began.ms < since.ms;

/**
 * Whether an earlier answer to the same job may be taken: only that of one that did its work. A time-out, a full memory or a
 * crash may be the fault of that hour, and is tried again.
 */
export const mayStand = ({ goodCodes = [0] }: Pick<Job, 'goodCodes'>, { end, logTruncated }: JobResult): boolean =>
  end.kind === 'exited' && goodCodes.includes(end.exitCode) && !logTruncated;
