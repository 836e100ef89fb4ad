import { lstatSync, readlinkSync, statSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { type Job, type Mount, PROGRAMS, type SubstrateName } from './job.js';
import { hostMounts, isWithin } from './mount-table.js';
import { hostProgram } from './programs.js';

/** A bind mount; `kind` says what its mount point must be. Devices are bound with their nodes usable. */
export interface Bind {
  from: string;
  to: string;
  access: 'read' | 'write' | 'device';
  kind: 'file' | 'folder';
}

/** What the jail's file tree holds; everything not named here does not exist in it. */
export interface View {
  /** Folders to make, parents first. */
  folders: readonly string[];
  links: readonly { at: string; target: string }[];
  binds: readonly Bind[];
  tmpBytes: number;
  /** Whether /proc is there. */
  proc: boolean;
}

const LIBRARIES = ['/usr/lib', '/usr/lib32', '/usr/lib64', '/usr/libexec/git-core', '/lib', '/lib32', '/lib64'];
const DEVICES = ['/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom'];
/** POSIX semaphores (Python's multiprocessing) need it; this way it counts against the cap of the private /tmp. */
const SHARED_MEMORY = { at: '/dev/shm', target: '/tmp' };
const RESERVED = [PROGRAMS, '/usr', '/lib', '/lib32', '/lib64', '/dev', '/proc', '/sys', '/tmp', '/host', '/jail'];

/** Why the job's mounts cannot be made safely, or undefined. */
export function mountProblem(mounts: readonly Mount[]): string | undefined {
  for (const mount of mounts) {
    if (!isPlainPath(mount.to)) return `mount point is not a plain absolute path: ${JSON.stringify(mount.to)}`;
    if (RESERVED.some((path) => isWithin(mount.to, path))) return `mount point is reserved: ${mount.to}`;
    if (mounts.some((other) => other !== mount && isWithin(mount.to, other.to))) {
      return `mount points may not nest: ${mount.to}`;
    }
    const problem = sourceProblem(mount.from);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The jail's tree for a job whose mounts have no problem. `tools` are the set-up's own programs. */
export function viewOf(job: Job, tools: readonly string[]): View {
  const libraries = LIBRARIES.filter(exists);
  const binds: Bind[] = [
    ...libraries.filter((path) => !isLink(path)).map((path) => folder(path)),
    ...DEVICES.map((path): Bind => ({ from: path, to: path, access: 'device', kind: 'file' })),
    ...programsOf(job).map((name) => program(hostProgram(name), name)),
    ...tools.map((path) => program(path, posix.basename(path))),
    ...job.mounts.map((mount): Bind => ({ ...mount, kind: statSync(mount.from).isDirectory() ? 'folder' : 'file' })),
  ];
  return {
    folders: foldersFor(binds, job.proc ? ['/proc'] : []),
    links: [SHARED_MEMORY, ...libraries.filter(isLink).map((path) => ({ at: path, target: readlinkSync(path) }))],
    binds: binds.flatMap(withMountsBelow),
    tmpBytes: job.limits.tmpBytes,
    proc: job.proc ?? false,
  };
}

/** Each host program of a job once: the one that is started, and those that it starts. */
export const programsOf = ({ substrate, programs = [] }: Job): SubstrateName[] => [
  ...new Set([...(typeof substrate === 'string' ? [substrate] : []), ...programs]),
];

/** The path of the job's program as the jail sees it. */
export const programPath = ({ substrate }: Job): string =>
  typeof substrate === 'string' ? `${PROGRAMS}/${substrate}` : substrate.program;

const folder = (path: string): Bind => ({ from: path, to: path, access: 'read', kind: 'folder' });
const program = (from: string, name: string): Bind => ({
  from,
  to: `${PROGRAMS}/${name}`,
  access: 'read',
  kind: 'file',
});

function foldersFor(binds: readonly Bind[], others: readonly string[]): string[] {
  const paths = new Set(['/tmp', '/dev', PROGRAMS, ...others]);
  for (const bind of binds) {
    for (let at = bind.kind === 'folder' ? bind.to : dirname(bind.to); at !== '/'; at = dirname(at)) paths.add(at);
  }
  return [...paths].sort();
}

/** A host may have mounted single files over its libraries (GPU drivers do); a read-only remount does not reach those. */
function withMountsBelow(bind: Bind): Bind[] {
  if (bind.access !== 'read' || bind.kind !== 'folder' || !LIBRARIES.includes(bind.from)) return [bind];
  const below = hostMounts()
    .map(({ at }) => at)
    .filter((path) => path !== bind.from && isWithin(path, bind.from));
  return [bind, ...below.map((path): Bind => ({ ...bind, from: path, to: path, kind: kindOf(path) }))];
}

const kindOf = (path: string): Bind['kind'] => (statSync(path).isDirectory() ? 'folder' : 'file');

/** A link as the last step of a mount's source would let the tree under scan choose what is mounted. */
function sourceProblem(from: string): string | undefined {
  if (!isPlainPath(from)) return `mount source is not a plain absolute path: ${JSON.stringify(from)}`;
  const stat = lstatSync(from, { throwIfNoEntry: false });
  if (stat === undefined) return `mount source does not exist: ${from}`;
  return stat.isDirectory() || stat.isFile() ? undefined : `mount source is neither a file nor a folder: ${from}`;
}

const isPlainPath = (path: string): boolean =>
  path.startsWith('/') && path !== '/' && posix.normalize(path) === path && !path.endsWith('/') && !path.includes('\0');

const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
const isLink = (path: string): boolean => lstatSync(path).isSymbolicLink();
