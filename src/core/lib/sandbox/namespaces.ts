import { join } from 'node:path';
import { entryCommand, entryEnvironment } from './entry.js';
import type { Identity } from './identity.js';
import type { Job } from './job.js';
import { type ProgramName, requireProgram } from './programs.js';
import type { Bind, View } from './view.js';

/** Programs that the jail needs besides the substrate. */
export const NAMESPACE_TOOLS = ['prlimit', 'setpriv'] as const;

/** Lines that the set-up writes on its status descriptor. */
export const STARTED = 'started';
export const EXITED = 'exited';

export interface NamespacePlaces {
  /** An empty host folder; the jail's root is mounted over it, seen by the jail alone. */
  base: string;
  /** File descriptor for the set-up's own lines and errors. */
  status: number;
}

/** Command that makes the namespaces and, as their first process, the mount view of util-linux alone. */
export function namespacesCommand(
  job: Job,
  view: View,
  identity: Identity,
  resources: readonly string[],
  places: NamespacePlaces,
): string[] {
  const script = setUpScript(view, places, runCommand(job, identity, resources));
  const kinds = ['--mount', '--pid', '--net', '--ipc', '--uts', '--cgroup', '--fork', '--kill-child'];
  return [requireProgram('unshare'), ...kinds, '--', requireProgram('sh'), '-c', script];
}

/**
 * The jail is a folder below the namespace's root and the job is chrooted into it: without CAP_SYS_CHROOT it cannot leave, and
 * the kernel refuses a user namespace to a chrooted process (`current_chrooted` in kernel/user_namespace.c).
 * After pivot_root the dynamic linker is found through links in the new root.
 */
function setUpScript(view: View, { base, status }: NamespacePlaces, run: string): string {
  const jail = join(base, 'jail');
  const inJail = (path: string) => quote(jail + path);
  const files = view.binds.filter((bind) => bind.kind === 'file').map((bind) => bind.to);
  const outside = (['env', 'unshare'] as const).map(
    (name): Bind => ({
      from: requireProgram(name),
      to: `/${name}`,
      access: 'read',
      kind: 'file',
    }),
  );
  return [
    'set -eu',
    `exec 5<&0 6>&2 2>&${status} </dev/null`,
    `${program('mount')} -n -t tmpfs -o mode=755,size=1m,nosuid,nodev sandbox ${quote(base)}`,
    `cd ${quote(base)}`,
    `${program('mkdir')} -p host ${view.folders.map(inJail).join(' ')}`,
    ...[...files.map(inJail), ...outside.map(({ to }) => quote(base + to))].map((path) => `: >${path}`),
    ...view.links.map(({ at, target }) => `${program('ln')} -s ${quote(target)} ${inJail(at)}`),
    ...['usr', 'lib', 'lib64', 'lib32'].map((name) => `${program('ln')} -s ${quote(`jail/${name}`)} ${quote(name)}`),
    ...view.binds.flatMap((bind) => bindCommands(bind, jail)),
    ...outside.flatMap((bind) => bindCommands(bind, base)),
    tmpfs(`${jail}/tmp`, view.tmpBytes),
    `${program('mount')} -n -o remount,bind,ro,nosuid,nodev ${quote(base)}`,
    `${program('pivot_root')} . host`,
    `cd /`,
    `/host${program('umount')} -n -l /host`,
    `echo ${STARTED} >&${status}`,
    'set +e',
    // Descriptors of the set-up stay outside: a job that could write on the status one could state its own end.
    `${run} <&5 2>&6 5<&- 6>&- ${status}>&-`,
    `echo ${EXITED} $? >&${status}`,
  ].join('\n');
}

/** The command is found in the namespace's root, which the job does not see. */
function runCommand(job: Job, identity: Identity, resources: readonly string[]): string {
  const variables = entryEnvironment(job).map(([name, value]) => `${name}=${value}`);
  const words = ['/unshare', '--root=/jail', `--wd=${job.cwd}`, '--', ...entryCommand(job, identity, resources)];
  return ['/env', '-i', ...variables, ...words].map(quote).join(' ');
}

function bindCommands(bind: Bind, root: string): string[] {
  const at = quote(root + bind.to);
  const make = `${program('mount')} -n --bind ${quote(bind.from)} ${at}`;
  if (bind.access === 'device') return [make];
  const options = ['remount', 'bind', 'nosuid', 'nodev', ...(bind.access === 'read' ? ['ro'] : [])];
  return [make, `${program('mount')} -n -o ${options.join(',')} ${at}`];
}

const tmpfs = (at: string, bytes: number): string =>
  `${program('mount')} -n -t tmpfs -o mode=1777,size=${Math.floor(bytes)},nosuid,nodev tmp ${quote(at)}`;

const program = (name: ProgramName): string => quote(requireProgram(name));

/** One word of sh(1), whatever bytes it has. */
export const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
