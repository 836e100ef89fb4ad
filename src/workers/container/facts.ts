import { readFileSync } from 'node:fs';
import type { ContainerFacts } from '../../core/lib/sandbox/container.js';
import { nodeProgram, systemProgram, versionOf } from '../../core/lib/sandbox/programs.js';

/** Reads proc(5) for what the engine made of the container. */
export const containerFacts = (): ContainerFacts => ({
  interfaces: interfacesIn(readFileSync('/proc/net/dev', 'utf8')),
  filtered: /^Seccomp:\s+2$/m.test(readFileSync('/proc/self/status', 'utf8')),
  tmpBytes: tmpBytesIn(readFileSync('/proc/mounts', 'utf8')),
  programs: programs(),
});

/** Names before the colons of /proc/net/dev, below its two lines of headings. */
export const interfacesIn = (text: string): string[] =>
  text
    .split('\n')
    .slice(2)
    .map((line) => line.split(':')[0]?.trim() ?? '')
    .filter((name) => name !== '' && name !== 'lo');

/** `size=` of the tmpfs on /tmp, which the kernel writes in KiB. */
export function tmpBytesIn(text: string): number | null {
  const options = /^\S+ \/tmp tmpfs (\S+) /m.exec(text)?.[1] ?? '';
  const size = /(?:^|,)size=(\d+)k(?:,|$)/.exec(options)?.[1];
  return size === undefined ? null : Number(size) * 1024;
}

function programs(): ContainerFacts['programs'] {
  const found = (['git', 'python3'] as const).flatMap((name) => {
    const path = systemProgram(name);
    return path === undefined ? [] : [[name, { path, version: versionOf(path) }] as const];
  });
  return { node: { path: nodeProgram(), version: process.versions.node }, ...Object.fromEntries(found) };
}
