import type { Audit } from '../audit.js';
import { digestOf } from '../digest.js';
import type { Job, JobResult } from './job.js';

/** Records that a job ran and how it ended. Its arguments are kept as a digest alone: they may name paths of the source. */
export function recordJob(audit: Audit, job: Pick<Job, 'id' | 'substrate' | 'args'>, { end, wallMs }: JobResult): void {
  audit.record({
    kind: 'command',
    step: job.id,
    argvDigest: digestOf([job.substrate, ...job.args]),
    exitCode: end.kind === 'exited' ? end.exitCode : null,
    durationMs: Math.round(wallMs),
    actor: 'scanner',
  });
}
