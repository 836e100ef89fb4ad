import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Limits } from './job.js';
import { kernelText } from './kernel-text.js';

/** Folders under which this process may make control groups; absent where it may not. */
export interface CgroupHost {
  version: 1 | 2;
  memory?: string;
  pids?: string;
  cpu?: string;
}

/** The control group of one job's process tree. */
export interface Cgroup {
  /** The kernel takes milliseconds for it, in which other jobs go on. */
  add(pid: number): Promise<void>;
  /** How often the kernel ended a process of the tree for memory. */
  memoryKills(): number;
  /** Milliseconds of CPU used by the tree so far. */
  cpuMs(): number | null;
  maxMemoryBytes(): number | null;
  remove(): void;
}

const PREFIX = 'certus-scan';
let made = 0;

/** Finds where control groups can be made: v1 hierarchies, or a delegated v2 tree (cgroups(7)). Leaves nothing behind. */
export function probeCgroups(
  self = kernelText('/proc/self/cgroup'),
  mounts = kernelText('/proc/self/mountinfo'),
): CgroupHost {
  const places = cgroupMounts(mounts);
  const one = (controller: string) => firstVersion(controller, self, places);
  const [memory, pids, cpu] = [one('memory'), one('pids'), one('cpuacct')];
  if (memory !== undefined || pids !== undefined) return present({ version: 1, memory, pids, cpu });
  const unified = secondVersion(self, places);
  return unified === undefined ? { version: 2 } : { version: 2, memory: unified, pids: unified, cpu: unified };
}

/** Makes the group of one job with its limits set. The private /tmp lives in memory too, and has a limit of its own. */
export function makeCgroup(host: CgroupHost, limits: Limits): Cgroup {
  const name = `${PREFIX}-${process.pid}-${made++}`;
  const memory = folder(host.memory, name);
  const pids = folder(host.pids, name);
  const cpu = folder(host.cpu, name);
  const folders = [...new Set([memory, pids, cpu].filter((path) => path !== undefined))];
  const remove = () => folders.forEach(removeFolder);
  try {
    setLimits(host.version, memory, pids, limits);
  } catch (error) {
    remove();
    throw error;
  }
  return {
    async add(pid) {
      await Promise.all(folders.map((path) => writeFile(join(path, 'cgroup.procs'), String(pid))));
    },
    memoryKills: () => counter(memory, host.version === 1 ? 'memory.oom_control' : 'memory.events', 'oom_kill') ?? 0,
    cpuMs: () => cpuTime(host.version, cpu),
    maxMemoryBytes: () => number(memory, host.version === 1 ? 'memory.max_usage_in_bytes' : 'memory.peak'),
    remove,
  };
}

function setLimits(version: 1 | 2, memory: string | undefined, pids: string | undefined, limits: Limits): void {
  // The set-up's own few processes are in the group too.
  const setUp = 4;
  if (pids !== undefined) writeFileSync(join(pids, 'pids.max'), String(Math.floor(limits.pids) + setUp));
  if (memory === undefined) return;
  const bytes = String(Math.floor(limits.memoryBytes + limits.tmpBytes));
  writeFileSync(join(memory, version === 1 ? 'memory.limit_in_bytes' : 'memory.max'), bytes);
  if (version === 2) writeFileSync(join(memory, 'memory.oom.group'), '1');
  const swap = join(memory, version === 1 ? 'memory.memsw.limit_in_bytes' : 'memory.swap.max');
  if (existsSync(swap)) writeFileSync(swap, version === 1 ? bytes : '0');
}

function cpuTime(version: 1 | 2, path: string | undefined): number | null {
  if (version === 1) return scaled(number(path, 'cpuacct.usage'), 1e6);
  return scaled(counter(path, 'cpu.stat', 'usage_usec'), 1e3);
}

const scaled = (value: number | null, by: number): number | null => (value === null ? null : Math.round(value / by));

interface CgroupMount {
  type: string;
  root: string;
  at: string;
  options: string[];
}

/** Fields of proc_pid_mountinfo(5): root and mount point before the dash, type and super options behind it. */
function cgroupMounts(text: string): CgroupMount[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', behind = ''] = line.split(' - ');
    const [, , , root = '', at = ''] = before.split(' ');
    const [type = '', , options = ''] = behind.split(' ');
    return type.startsWith('cgroup') ? [{ type, root, at, options: options.split(',') }] : [];
  });
}

function firstVersion(controller: string, self: string, mounts: readonly CgroupMount[]): string | undefined {
  const line = self.split('\n').find((text) => text.split(':')[1]?.split(',').includes(controller));
  const mount = mounts.find((place) => place.type === 'cgroup' && place.options.includes(controller));
  if (line === undefined || mount === undefined) return undefined;
  return [ownFolder(mount, line)].find(canMakeIn);
}

/** v2 forbids processes beside child groups with controllers, so a delegated parent is used when there is one. */
function secondVersion(self: string, mounts: readonly CgroupMount[]): string | undefined {
  const line = self.split('\n').find((text) => text.startsWith('0::'));
  const mount = mounts.find((place) => place.type === 'cgroup2');
  if (line === undefined || mount === undefined) return undefined;
  const own = ownFolder(mount, line);
  const candidates = own === mount.at ? [own] : [own, dirname(own)];
  return candidates.find((path) => hasControllers(path) && canMakeIn(path));
}

function ownFolder(mount: CgroupMount, line: string): string {
  const path = line.slice(line.indexOf(':', line.indexOf(':') + 1) + 1);
  return join(mount.at, path.startsWith(mount.root) ? path.slice(mount.root.length) : path);
}

function hasControllers(path: string): boolean {
  const words = kernelText(join(path, 'cgroup.subtree_control')).split(/\s+/);
  return words.includes('memory') && words.includes('pids');
}

/** True when a child group can be made and a process can join it; also clears what a killed run left. */
function canMakeIn(parent: string): boolean {
  const child = join(parent, `${PREFIX}-${process.pid}-probe`);
  try {
    removeStale(parent);
    mkdirSync(child);
    writeFileSync(join(child, 'cgroup.procs'), '', { flag: 'r+' });
    return true;
  } catch {
    return false;
  } finally {
    removeFolder(child);
  }
}

function removeStale(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = new RegExp(`^${PREFIX}-(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeFolder(join(parent, name));
  }
}

function folder(parent: string | undefined, name: string): string | undefined {
  if (parent === undefined) return undefined;
  const path = join(parent, name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** A group that still holds a dying process stays; the next run's probe removes it. */
function removeFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch {}
}

function present(host: { [K in keyof CgroupHost]: CgroupHost[K] | undefined } & { version: 1 | 2 }): CgroupHost {
  const { version, memory, pids, cpu } = host;
  return { version, ...(memory && { memory }), ...(pids && { pids }), ...(cpu && { cpu }) };
}

function number(path: string | undefined, file: string): number | null {
  const text = path === undefined ? '' : kernelText(join(path, file));
  return /^\d+\s*$/.test(text) ? Number(text) : null;
}

function counter(path: string | undefined, file: string, name: string): number | null {
  const text = path === undefined ? '' : kernelText(join(path, file));
  const line = text.split('\n').find((entry) => entry.startsWith(`${name} `));
  return line === undefined ? null : Number(line.slice(name.length + 1));
}
