import { join } from 'node:path';
import { entryCommand, entryEnvironment } from './entry.js';
import type { Identity } from './identity.js';
import type { Job } from './job.js';
import { escapeField, type HostMount, hostMounts, lockedOptions } from './mount-table.js';
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
  const at = (path: string) => quote(jail + path);
  const table = mountTable(view, base);
  const points = [...view.binds.filter(isFile).map(({ to }) => jail + to), ...OUTSIDE.map((name) => join(base, name))];
  return [
    'set -eu',
    `exec 5<&0 6>&2 2>&${status} </dev/null`,
    `${program('mount')} -n -t tmpfs -o mode=755,size=1m,nosuid,nodev sandbox ${quote(base)}`,
    `cd ${quote(base)}`,
    `${program('mkdir')} -p host ${view.folders.map(at).join(' ')}`,
    ...points.map((path) => `: >${quote(path)}`),
    // The dynamic linker and umount(8), which reads the mount table, work for a moment with this folder as their root.
    `${program('ln')} -s jail/usr jail/lib jail/lib64 jail/lib32 host/proc .`,
    ...view.links.map((link) => `${program('ln')} -s ${quote(link.target)} ${at(link.at)}`),
    `printf '%s\\n' ${table.map(quote).join(' ')} >mounts`,
    `${program('mount')} -n -a -T mounts`,
    `${program('mount')} -n -o remount,bind,ro,nosuid,nodev ${quote(base)}`,
    `${program('pivot_root')} . host`,
    'cd /',
    `/host${program('umount')} -n -l /host`,
    `echo ${STARTED} >&${status}`,
    'set +e',
    // Descriptors of the set-up stay outside: a job that could write on the status one could state its own end.
    `${run} <&5 2>&6 5<&- 6>&- ${status}>&-`,
    `echo ${EXITED} $? >&${status}`,
  ].join('\n');
}

/** Programs that put the job into the jail, kept in the namespace's root, which the job does not see. */
const OUTSIDE = ['env', 'unshare'] as const;

/** The command is found in the namespace's root, which the job does not see. */
function runCommand(job: Job, identity: Identity, resources: readonly string[]): string {
  const variables = entryEnvironment(job).map(([name, value]) => `${name}=${value}`);
  const words = ['/unshare', '--root=/jail', `--wd=${job.cwd}`, '--', ...entryCommand(job, identity, resources)];
  return ['/env', '-i', ...variables, ...words].map(quote).join(' ');
}

/** All mounts as lines of fstab(5), so that one mount(8) makes them. */
function mountTable(view: View, base: string): string[] {
  const host = hostMounts();
  const inBase = OUTSIDE.map((name): Bind => {
    return { from: requireProgram(name), to: `/../${name}`, access: 'read', kind: 'file' };
  });
  const line = (from: string, to: string, type: string, options: string) =>
    [escapeField(from), escapeField(join(base, 'jail', to)), type, options, '0', '0'].join(' ');
  return [
    ...[...view.binds, ...inBase].map((bind) => line(bind.from, bind.to, 'none', bindOptions(bind, host))),
    line('tmp', '/tmp', 'tmpfs', `mode=1777,size=${Math.floor(view.tmpBytes)},nosuid,nodev`),
    ...(view.proc ? [line('proc', '/proc', 'proc', 'ro,nosuid,nodev,noexec')] : []),
  ];
}

function bindOptions(bind: Bind, host: readonly HostMount[]): string {
  if (bind.access === 'device') return 'bind';
  const access = bind.access === 'read' ? 'ro' : 'rw';
  return ['bind', access, 'nosuid', 'nodev', ...lockedOptions(bind.from, host)].join(',');
}

const isFile = (bind: Bind): boolean => bind.kind === 'file';

const program = (name: ProgramName): string => quote(requireProgram(name));

/** One word of sh(1), whatever bytes it has. */
export const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
