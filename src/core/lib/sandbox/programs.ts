import { execFile } from 'node:child_process';
import { accessSync, constants, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { HostProgram, SubstrateName } from './job.js';

/** Searched in this order and nowhere else: a PATH may lead into the tree under scan. */
const SYSTEM_FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/** util-linux and coreutils programs of the `namespaces` level. */
export const NAMESPACE_PROGRAMS = [
  'sh',
  'env',
  'mkdir',
  'ln',
  'mount',
  'umount',
  'pivot_root',
  'unshare',
  'setpriv',
  'prlimit',
] as const;

/** Programs that start a jail of bubblewrap. */
export const BUBBLEWRAP_PROGRAMS = ['bwrap', 'sh', 'setpriv', 'prlimit'] as const;

export type ProgramName =
  | (typeof NAMESPACE_PROGRAMS)[number]
  | (typeof BUBBLEWRAP_PROGRAMS)[number]
  | 'git'
  | 'python3'
  | 'cp'
  | 'rm';

/** Absolute path of a host program in a fixed system folder. */
export function systemProgram(name: ProgramName): string | undefined {
  return SYSTEM_FOLDERS.map((folder) => join(folder, name)).find(isExecutable);
}

export function missingPrograms(names: readonly ProgramName[]): ProgramName[] {
  return names.filter((name) => systemProgram(name) === undefined);
}

/** As `systemProgram`; throws when it is missing. Levels are offered only after `missingPrograms` was empty. */
export function requireProgram(name: ProgramName): string {
  const path = systemProgram(name);
  if (path === undefined) throw new Error(`${name} is not in ${SYSTEM_FOLDERS.join(', ')}`);
  return path;
}

/** The host program behind a name that a job may start. */
export function hostProgram(name: SubstrateName): string {
  if (name === 'node') return nodeProgram();
  return name === 'python' ? realpathSync(requireProgram('python3')) : requireProgram(name);
}

/** The running Node binary, links resolved. */
export const nodeProgram = (): string => realpathSync(process.execPath);

/** The running Node and those of these programs that the host has, with their versions. */
export async function programsHere(names: readonly ProgramName[]): Promise<Record<string, HostProgram>> {
  const found = names.map(async (name) => {
    const path = systemProgram(name);
    return path === undefined ? [] : [[name, { path, version: await versionOf(path) }] as const];
  });
  const programs = Object.fromEntries((await Promise.all(found)).flat());
  return { node: { path: nodeProgram(), version: process.versions.node }, ...programs };
}

/** First version number that `program --version` prints, or `unknown`. */
async function versionOf(program: string): Promise<string> {
  try {
    const options = { env: {}, encoding: 'utf8', timeout: 10_000, cwd: '/' } as const;
    const { stdout } = await promisify(execFile)(program, ['--version'], options);
    return /\d+(\.\d+)+\S*/.exec(stdout)?.[0] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
