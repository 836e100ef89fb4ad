import { readFileSync } from 'node:fs';
import type { ContainerFacts, EngineTime } from '../../core/lib/sandbox/container.js';
import { programsHere } from '../../core/lib/sandbox/programs.js';
import { ownGroup } from './group.js';

/** Reads proc(5) for what the engine made of the container. */
export async function containerFacts(): Promise<ContainerFacts> {
  const mounts = readFileSync('/proc/mounts', 'utf8');
  return {
    interfaces: interfacesIn(readFileSync('/proc/net/dev', 'utf8')),
    filtered: /^Seccomp:\s+2$/m.test(readFileSync('/proc/self/status', 'utf8')),
    tmpBytes: tmpfsBytesIn(mounts, '/tmp'),
    sharedBytes: tmpfsBytesIn(mounts, '/dev/shm'),
    counted: ownGroup() !== undefined,
    programs: await programsHere(['git', 'python3']),
  };
}

/** Now, by what no container can set. */
export const engineTime = (): EngineTime => ({
  boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  ms: Number(process.hrtime.bigint() / 1_000_000n),
});

/** Names before the colons of /proc/net/dev, below its two lines of headings. */
export const interfacesIn = (text: string): string[] =>
  text
    .split('\n')
    .slice(2)
    .map((line) => line.split(':')[0]?.trim() ?? '')
    .filter((name) => name !== '' && name !== 'lo');

/** `size=` of the tmpfs at a mount point, which the kernel writes in KiB. The last mount there is the one that is seen. */
export function tmpfsBytesIn(text: string, at: string): number | null {
  const last = text.split('\n').findLast((line) => line.split(' ')[1] === at) ?? '';
  const [, , type, options = ''] = last.split(' ');
  const size = type === 'tmpfs' ? /(?:^|,)size=(\d+)k(?:,|$)/.exec(options)?.[1] : undefined;
  return size === undefined ? null : Number(size) * 1024;
}
