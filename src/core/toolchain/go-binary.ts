import { installFault } from './fault.js';
import type { Artifact } from './fetched.js';

/**
 * The modules that a Go program was built from, main module first, as `go version -m` prints what the linker wrote.
 * Throws `Fault` code `toolchain` for one without a checksum: it was replaced, or not fetched.
 */
export function modulesOf(printed: string): Artifact[] {
  const lines = printed.split('\n').map((line) => line.split('\t').slice(1));
  if (lines.some(([kind]) => kind === '=>')) throw installFault('a module of the program was replaced by another');
  const modules = lines.filter(([kind]) => kind === 'mod' || kind === 'dep').map(moduleOf);
  if (modules.length === 0) throw installFault('the program does not say what it was built from');
  return modules;
}

function moduleOf([, name = '', version = '', integrity = '']: readonly string[]): Artifact {
  if (!/^h1:[A-Za-z0-9+/]+=*$/.test(integrity)) throw installFault(`module ${name} has no checksum`);
  return { name, version, integrity };
}
