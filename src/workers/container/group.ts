import { join } from 'node:path';
import { kernelText } from '../../core/lib/sandbox/kernel-text.js';
import type { MemoryPort } from './memory.js';

/** Where a container sees its own control group: the memory controller of version 1, or version 2 (cgroups(7)). */
const FOLDERS = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup'];

/** The control group that all processes of this container are in, where the engine shows it. */
export function ownGroup(folders: readonly string[] = FOLDERS): string | undefined {
  // Where no group of its own is shown, the numbers there would be of others, perhaps of the whole machine.
  const own = String(process.pid);
  return folders.find((folder) => {
    const pids = kernelText(join(folder, 'cgroup.procs')).split('\n');
    // 0 is a process that this container cannot see: others share the group (cgroups(7), version 2).
    return pids.includes(own) && !pids.includes('0') && memoryIn(kernelText(join(folder, 'memory.stat'))) !== undefined;
  });
}

/**
 * The memory of a control group beyond what it has now and what this process comes to have. It counts memory that no process
 * has mapped: memfd, System V segments, files of a tmpfs. What cannot be read is too much.
 */
export function groupMemory(folder: string): MemoryPort {
  const now = () => {
    const bytes = memoryIn(kernelText(join(folder, 'memory.stat'))) ?? Number.POSITIVE_INFINITY;
    // Version 2 tells of swap apart.
    const swapped = Number(kernelText(join(folder, 'memory.swap.current')));
    const ours = Number(/^RssAnon:\s+(\d+) kB$/m.exec(kernelText('/proc/self/status'))?.[1] ?? 0) * 1024;
    return bytes + swapped - ours;
  };
  const first = now();
  const before = Number.isFinite(first) ? first : 0;
  const used = () => Math.max(0, now() - before);
  return { most: used, shared: used };
}

/** Bytes of a group's memory.stat that are no cache of files: those the kernel can drop at any time. */
export function memoryIn(stat: string): number | undefined {
  const bytesOf = (name: string) => new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1];
  const names = bytesOf('total_rss') === undefined ? ['anon', 'shmem'] : ['total_rss', 'total_shmem', 'total_swap'];
  const [anonymous, shared, swapped = '0'] = names.map(bytesOf);
  if (anonymous === undefined || shared === undefined) return undefined;
  return Number(anonymous) + Number(shared) + Number(swapped);
}
