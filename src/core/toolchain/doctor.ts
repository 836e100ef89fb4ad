import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Fault, type Problem } from '../lib/errors.js';
import type { Machine } from '../lib/machine.js';
import type { ToolLock } from '../plan/lock.js';
import type { SupplierKind } from '../plan/supplier.js';
import { go, type HostProgram, npm, pip, REMEDIES } from './programs.js';
import type { Store } from './store.js';

const execFileAsync = promisify(execFile);

/** A program that installs tools of one kind. */
export interface Installer {
  kind: SupplierKind;
  name: string;
  /** What is started; absent when it is not on this machine. */
  command?: string;
  version?: string;
  remedy: string;
}

/** One entry of the store. */
export interface Found {
  digest: string;
  /** The tools whose locks name it; empty for one that nothing uses any more. */
  tools: readonly string[];
  /** Bytes; unknown when it does not hold. */
  size?: number;
  problem?: Problem;
}

/** What this machine can install with, and what of the store holds. */
export interface ToolchainState {
  machine: Machine;
  store: string;
  installers: readonly Installer[];
  entries: readonly Found[];
}

/** Looks at everything that installs and at everything installed: each entry of the store is compared byte by byte. */
export async function examineToolchain(
  store: Store,
  locks: ReadonlyMap<string, ToolLock>,
  machine: Machine,
): Promise<ToolchainState> {
  const entries: Found[] = [];
  for (const digest of [...(await store.installed())].sort()) entries.push(await examine(store, digest, locks));
  return { machine, store: store.folder, installers: await installers(), entries };
}

async function examine(store: Store, digest: string, locks: ReadonlyMap<string, ToolLock>): Promise<Found> {
  const tools = [...locks.values()]
    .filter(({ entries }) => entries.some((entry) => entry.files === digest))
    .map(({ tool }) => tool)
    .sort();
  try {
    const { size } = await store.check(digest, tools[0] ?? digest.slice(0, 12));
    return { digest, tools, size };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { message, remedy } = error;
    return { digest, tools, problem: { message, ...(remedy !== undefined && { remedy }) } };
  }
}

const installers = async (): Promise<Installer[]> =>
  Promise.all([
    installer('pypi', 'pip', pip(), ['--version']),
    installer('npm', 'npm', npm(), ['--version']),
    installer('go', 'go', go(), ['version']),
  ]);

/** Longest time for a program to tell its version, in milliseconds. */
const LONGEST_MS = 30_000;

/** Starts it, because a Python without pip looks like one with pip. */
async function installer(
  kind: SupplierKind,
  name: keyof typeof REMEDIES,
  found: HostProgram | undefined,
  args: readonly string[],
): Promise<Installer> {
  const absent = { kind, name, remedy: REMEDIES[name] };
  if (found === undefined) return absent;
  const options = { env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' }, cwd: '/', timeout: LONGEST_MS };
  const answer = await execFileAsync(found.program, [...found.args, ...args], options).catch(() => undefined);
  const version = /\d+(\.\d+)+/.exec(answer?.stdout ?? '')?.[0];
  if (version === undefined) return absent;
  return { ...absent, command: [found.program, ...found.args].join(' '), version };
}
