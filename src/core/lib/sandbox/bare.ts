import { dirname } from 'node:path';
import { firstLine, type SetUpReport } from './ending.js';
import { type Job, PROGRAMS } from './job.js';
import { behindGate, type Launched } from './launch.js';
import { hardLimits, resourceOptions, substrateArguments } from './limits.js';
import { isWithin } from './mount-table.js';
import { hostProgram, systemProgram } from './programs.js';
import type { Starter } from './runner.js';
import { groupTree } from './tree.js';

/** Starts jobs on the host's own file tree: `wrap` puts what isolation there is before the command. */
export function bareStarter(wrap: (job: Job) => string[]): Starter {
  return {
    launch(job) {
      const command = [...wrap(job), programOnHost(job), ...substrateArguments(onHost(job))];
      return { argv: behindGate(inFolder(hostPath(job, job.cwd), command)), env: onHost(job).env, tree: groupTree };
    },
    report: bareReport,
  };
}

/** No sandbox, for `--unsandboxed`: limits by prlimit(1) where it is. NPROC is left out, it would count all the user has. */
export function unsandboxedStarter(): Starter {
  const prlimit = systemProgram('prlimit');
  if (prlimit === undefined) return bareStarter(() => []);
  const hard = hardLimits();
  return bareStarter((job) => {
    const options = resourceOptions(job, hard).filter((option) => !option.startsWith('--nproc='));
    return [prlimit, ...options, '--'];
  });
}

/** Without a mount view the job's paths are the host's: every argument and variable that is a path in a mount is translated. */
function onHost(job: Job): Job {
  const env = Object.fromEntries(Object.entries(job.env).map(([name, value]) => [name, hostPath(job, value)]));
  if (env['PATH'] === PROGRAMS) env['PATH'] = programFolders(job);
  return { ...job, args: job.args.map((arg) => hostPath(job, arg)), env };
}

/** What a PATH of the host must be for the job to find the programs that it starts. */
const programFolders = ({ programs = [] }: Job): string =>
  [...new Set(programs.map((name) => dirname(hostProgram(name))))].join(':');

/** The path of the job's program on the host. */
export const programOnHost = (job: Job): string =>
  typeof job.substrate === 'string' ? hostProgram(job.substrate) : hostPath(job, job.substrate.program);

function hostPath(job: Job, path: string): string {
  const mount = job.mounts.find(({ to }) => isWithin(path, to));
  return mount === undefined ? path : mount.from + path.slice(mount.to.length);
}

/** Standard output 4 says that the command is about to run; see `inFolder`. */
export function bareReport({ status, stderr }: Launched): SetUpReport {
  const code = /^exited (\d+)$/m.exec(status)?.[1];
  if (!status.startsWith('started\n')) return { started: false, reason: firstLine(stderr.head) || 'not started' };
  return { started: true, status: code === undefined ? null : Number(code) };
}

/** The shell stays to say how the command ended, and keeps its status descriptor from it. */
function inFolder(folder: string, command: readonly string[]): string[] {
  const script = 'cd "$1" && unset OLDPWD && shift && echo started >&4 && { "$@" 4>&-; echo exited $? >&4; }';
  return ['/bin/sh', '-c', script, 'sh', folder, ...command];
}
