import type { Identity } from './identity.js';
import { type Job, PROGRAMS } from './job.js';
import { substrateArguments } from './limits.js';
import { programPath } from './view.js';

/**
 * The command that runs inside the finished jail: takes the limits, drops every right, becomes the program.
 * Limits come first: RLIMIT_NPROC counts for the uid taken after it, and inside a user namespace for that one alone.
 */
export function entryCommand(job: Job, identity: Identity, resources: readonly string[]): string[] {
  return [
    `${PROGRAMS}/prlimit`,
    ...resources,
    '--',
    `${PROGRAMS}/setpriv`,
    ...asIdentity(identity),
    '--no-new-privs',
    '--bounding-set=-all',
    '--inh-caps=-all',
    '--ambient-caps=-all',
    '--',
    programPath(job),
    ...substrateArguments(job),
  ];
}

/** Inside an unprivileged user namespace setgroups(2) is refused, and the uid is already the caller's own. */
function asIdentity(identity: Identity): string[] {
  if (identity.kind === 'caller') return [];
  return [`--reuid=${identity.uid}`, `--regid=${identity.gid}`, '--clear-groups'];
}

/** The job's environment. Both levels name the working directory in it, as bubblewrap always does. */
export const entryEnvironment = (job: Job): [string, string][] =>
  Object.entries({ PWD: job.cwd, ...job.env }).sort(([a], [b]) => (a < b ? -1 : 1));

/** Why the environment cannot be used, or undefined. The set-up's own programs run under it with more rights than the job. */
export function environmentProblem(env: Job['env']): string | undefined {
  for (const [name, value] of Object.entries(env)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || value.includes('\0'))
      return `environment variable ${name} is malformed`;
    if (/^(LD_|GLIBC_|MALLOC_|GCONV_)/.test(name)) return `environment variable ${name} steers the dynamic linker`;
  }
  return undefined;
}
