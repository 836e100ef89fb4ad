import { realpathSync } from 'node:fs';
import { bareStarter, programOnHost } from './bare.js';
import type { Job } from './job.js';
import { hostProgram } from './programs.js';
import type { Starter } from './runner.js';

export const SANDBOX_EXEC = '/usr/bin/sandbox-exec';

/** System folders a program needs to start on macOS, read-only. */
const SYSTEM = ['/usr/lib', '/usr/share', '/System', '/private/var/db/dyld', '/Library/Apple', '/dev', '/opt/homebrew'];

/** Starts jobs under a Seatbelt profile (sandbox-exec(1)): deny by default, no network, only the job's mounts. */
export const seatbeltStarter = (): Starter =>
  bareStarter((job) => [SANDBOX_EXEC, '-p', seatbeltProfile(job, programOnHost(job))]);

/** The profile's text. Seatbelt judges resolved paths. */
export function seatbeltProfile(job: Job, program: string): string {
  const programs = [program, ...(job.programs ?? []).map(hostProgram)].map((path) => `(literal ${text(path)})`);
  const paths = (access: 'read' | 'write') =>
    job.mounts.filter((mount) => mount.access === access).map((mount) => subpath(realpathSync(mount.from)));
  return [
    '(version 1)',
    '(deny default)',
    '(allow process-fork sysctl-read mach-lookup)',
    `(allow process-exec ${programs.join(' ')})`,
    `(allow file-read-metadata)`,
    `(allow file-read* (literal "/") ${programs.join(' ')} ${SYSTEM.map(subpath).join(' ')})`,
    `(allow file-write* (literal "/dev/null"))`,
    ...paths('read').map((path) => `(allow file-read* ${path})`),
    ...paths('write').map((path) => `(allow file-read* file-write* ${path})`),
  ].join('\n');
}

const subpath = (path: string): string => `(subpath ${text(path)})`;
const text = (value: string): string => `"${value.replace(/["\\]/g, '\\$&')}"`;
