import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPlainFile } from '../lib/plain-file.js';
import type { Mount } from '../lib/sandbox/job.js';
import { demandExit, type JobPorts, runJob, type SourceJob } from './jobs.js';
import type { Repository } from './repository.js';

/** The whole environment of git: no configuration but the repository's own, which `CONFIG` overrides, and no outside help. */
export const GIT_ENV: Readonly<Record<string, string>> = {
  PATH: '/nonexistent',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  TZ: 'UTC',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_ASKPASS: '/bin/false',
  GIT_GRAFT_FILE: '/nonexistent',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_PAGER: 'cat',
  GIT_SSH_COMMAND: '/bin/false',
  GIT_TERMINAL_PROMPT: '0',
};

/** Keys of a hostile `.git/config` that would start a program, read another file or change what plumbing prints (git-config(1)). */
const CONFIG = [
  'core.alternateRefsCommand=',
  'core.attributesFile=/dev/null',
  'core.commitGraph=false',
  'core.excludesFile=/dev/null',
  'core.fsmonitor=false',
  'core.gitProxy=',
  'core.hooksPath=/dev/null',
  'core.ignoreCase=false',
  'core.multiPackIndex=false',
  'core.precomposeUnicode=false',
  'core.protectHFS=false',
  'core.protectNTFS=false',
  'core.sparseCheckout=false',
  'core.sshCommand=/bin/false',
  'core.untrackedCache=false',
  'core.useReplaceRefs=false',
  'credential.helper=',
  'gc.auto=0',
  'maintenance.auto=false',
  'protocol.allow=never',
  'safe.bareRepository=all',
  'safe.directory=*',
  'submodule.recurse=false',
];

export const GIT_OPTIONS: readonly string[] = [
  '--no-pager',
  '--no-replace-objects',
  '--no-optional-locks',
  '--literal-pathspecs',
  ...CONFIG.flatMap((entry) => ['-c', entry]),
];

/** One plumbing command: its id, arguments, and what it needs beyond the repository. */
export interface GitCommand {
  id: string;
  args: readonly string[];
  /** The file below the scratch folder that gets standard output. */
  output: string;
  /** Bytes for standard input. */
  input?: string;
  mounts?: readonly Mount[];
  env?: Readonly<Record<string, string>>;
  /** Bytes of standard output allowed; default is room for any listing. */
  maxOutput?: number;
}

/** Runs plumbing on one repository, in the sandbox, as the owner of `source`. */
export interface Git {
  /** The host file with its standard output. Throws `Fault` code `snapshot` unless it exits with 0. */
  run(command: GitCommand): Promise<string>;
  /** As `run`; `undefined` when it exits with a failure that git itself reports (1 or 128). */
  attempt(command: GitCommand): Promise<string | undefined>;
}

export function gitFor(ports: JobPorts, repository: Repository, source: string): Git {
  const start = async (command: GitCommand, codes: readonly number[]) => {
    const output = join(ports.scratch, command.output);
    const job = gitJob(command, repository, { source, output, stderr: join(ports.scratch, `${command.id}.err`) });
    const result = await withInput(ports.scratch, command, (stdin) => runJob(ports, { ...job, ...stdin }));
    return { code: await demandExit(job, result, codes), output };
  };
  return {
    run: async (command) => (await start(command, [0])).output,
    attempt: async (command) => {
      const { code, output } = await start(command, [0, 1, 128]);
      return code === 0 ? output : undefined;
    },
  };
}

function gitJob(
  command: GitCommand,
  repository: Repository,
  paths: { source: string; output: string; stderr: string },
): SourceJob {
  return {
    id: command.id,
    substrate: 'git',
    args: [...GIT_OPTIONS, ...command.args],
    env: { ...GIT_ENV, ...repository.env, ...command.env },
    mounts: [...repository.mounts, ...(command.mounts ?? [])],
    cwd: '/',
    stdout: paths.output,
    stderr: paths.stderr,
    asOwnerOf: paths.source,
    ...(command.maxOutput === undefined ? {} : { limits: { logBytes: command.maxOutput } }),
  };
}

async function withInput<T>(
  scratch: string,
  command: GitCommand,
  work: (stdin: { stdin?: number }) => Promise<T>,
): Promise<T> {
  if (command.input === undefined) return await work({});
  const path = join(scratch, `${command.id}.in`);
  await writeFile(path, command.input, { flag: 'wx', mode: 0o600 });
  const file = await open(path);
  try {
    return await work({ stdin: file.fd });
  } finally {
    await file.close();
  }
}

/** A small answer of git, whole. */
export const answer = (path: string): Promise<Buffer> => readPlainFile(path, 2 ** 20);
