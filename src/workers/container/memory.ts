import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { kernelText } from '../../core/lib/sandbox/kernel-text.js';
import { requireProgram } from '../../core/lib/sandbox/programs.js';
import { asUid } from './as-uid.js';

/** Time between two looks, in milliseconds. */
const LOOK_MS = 200;

/** What a job's processes have together. */
export interface MemoryPort {
  /** Bytes of anonymous and shared memory of all processes; a page that two share counts twice. */
  most(): number;
  /** The same with each page counted once; dearer to ask for. */
  shared(): number;
}

/**
 * Looks again and again at what the job's processes have together, which no limit of a process holds. `exceeded` is called
 * once; `peak` is the largest that was seen.
 */
export function watchMemory(bytes: number, port: MemoryPort, exceeded: () => void) {
  let peak = 0;
  const look = () => {
    const most = port.most();
    const used = most > bytes ? Math.min(most, port.shared()) : most;
    peak = Math.max(peak, used);
    if (used > bytes) exceeded();
  };
  const timer = setInterval(look, LOOK_MS);
  return { peak: () => peak, stop: () => clearInterval(timer) };
}

/** The memory of all processes of a uid that this process can see, as told by proc(5). */
export const memoryOf = (uid: number): MemoryPort => ({
  most: () => sum(processesOf(uid).values()),
  shared: () => sum([...processesOf(uid), ...proportional(uid)].reduce(byProcess, new Map<string, number>()).values()),
});

/** What is known last of a process stands. */
const byProcess = (all: Map<string, number>, [pid, bytes]: [string, number]) => all.set(pid, bytes);

export function processesOf(uid: number): Map<string, number> {
  const own = new RegExp(`^Uid:\\s+${uid}\\s`, 'm');
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const statuses = pids
    .map((pid) => [pid, kernelText(`/proc/${pid}/status`)] as const)
    .filter(([, text]) => own.test(text));
  return new Map(statuses.map(([pid, text]) => [pid, kib(text, 'RssAnon', 'RssShmem')]));
}

/**
 * Only a process of the same uid may ask for the share of each page (ptrace(2), PTRACE_MODE_READ): root without its
 * capabilities may not. The capability keeps the job from tracing who asks for it; a process that lets nobody ask keeps what
 * its status says, which is more.
 */
function proportional(uid: number): [string, number][] {
  const script = 'for pid in "$@"; do echo "@$pid"; cat /proc/$pid/smaps_rollup; done';
  const untraceable = ['--inh-caps=+audit_write', '--ambient-caps=+audit_write'];
  const words = [...untraceable, ...asUid(uid), '/bin/sh', '-c', script, 'sh', ...processesOf(uid).keys()];
  const { stdout } = spawnSync(requireProgram('setpriv'), words, {
    env: {},
    cwd: '/',
    encoding: 'utf8',
    timeout: 500,
    killSignal: 'SIGKILL',
  });
  return [...(stdout ?? '').matchAll(/^@(\d+)\n([^@]+)/gm)].map(([, pid = '', text = '']) => [
    pid,
    kib(text, 'Pss_Anon', 'Pss_Shmem'),
  ]);
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

/** The sum of these lines, in bytes; the kernel writes KiB. A process that has ended meanwhile has none. */
function kib(text: string, ...names: readonly string[]): number {
  return 1024 * sum(names.map((name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0)));
}
