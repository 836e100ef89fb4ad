import { entryCommand, entryEnvironment } from './entry.js';
import type { Identity } from './identity.js';
import type { Job } from './job.js';
import type { Bind, View } from './view.js';

/** File descriptors that bubblewrap is started with. */
export interface BubblewrapDescriptors {
  status: number;
  seccomp: number;
}

/** Programs that bubblewrap's jail needs besides the substrate. */
export const BUBBLEWRAP_TOOLS = ['prlimit', 'setpriv'] as const;

/** Arguments of bwrap(1), version 0.8 or later. As root it makes the mounts as root and the entry command drops the rights. */
export function bubblewrapArguments(
  job: Job,
  view: View,
  identity: Identity,
  resources: readonly string[],
  fds: BubblewrapDescriptors,
): string[] {
  return [
    ...['--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...['--die-with-parent', '--new-session', '--hostname', 'sandbox'],
    ...rights(identity),
    '--clearenv',
    ...entryEnvironment(job).flatMap(([name, value]) => ['--setenv', name, value]),
    ...treeArguments(view),
    ...['--chdir', job.cwd, '--json-status-fd', `${fds.status}`, '--seccomp', `${fds.seccomp}`, '--'],
    ...entryCommand(job, identity, resources),
  ];
}

/** Root keeps what changing the uid takes, until it is changed. */
function rights(identity: Identity): string[] {
  if (identity.kind === 'caller') return ['--unshare-user', '--disable-userns', '--cap-drop', 'ALL'];
  const kept = ['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP'].flatMap((name) => ['--cap-add', name]);
  return ['--cap-drop', 'ALL', ...kept];
}

function treeArguments(view: View): string[] {
  return [
    // Folders that bubblewrap makes by itself are closed to other uids.
    ...view.folders.flatMap((path) => ['--perms', '0755', '--dir', path]),
    ...view.links.flatMap(({ at, target }) => ['--symlink', target, at]),
    ...view.binds.flatMap(bindArguments),
    ...['--perms', '1777', '--size', `${Math.floor(view.tmpBytes)}`, '--tmpfs', '/tmp'],
    ...(view.proc ? ['--proc', '/proc', '--remount-ro', '/proc'] : []),
    ...['--remount-ro', '/'],
  ];
}

const BIND = { read: '--ro-bind', write: '--bind', device: '--dev-bind' } as const;
const bindArguments = (bind: Bind): string[] => [BIND[bind.access], bind.from, bind.to];
