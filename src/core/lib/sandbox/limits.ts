import { readFileSync } from 'node:fs';
import type { Job, Limits } from './job.js';

const MIB = 1 << 20;

/** Open files a process may have; a scanner keeps few open. */
const OPEN_FILES = 1024;

/**
 * Bytes of stack, and how far a program may raise that: OCaml (Semgrep) takes all that it may, for each of its threads, and
 * that counts as data. 64 MiB parse 20,000 nested parentheses.
 */
const STACK = 8 * MIB;
const LARGEST_STACK = 64 * MIB;

/** Grace between the CPU limit's signal and its kill, in seconds. */
const CPU_GRACE = 1;

/** V8's share of a process's memory; the rest is for buffers, WebAssembly and code. */
const HEAP_SHARE = 0.7;

/** MiB that Node takes besides the old generation: ten thread stacks of 8 and three semi-spaces of 16, with some room. */
const BESIDE_HEAP = 160;
const SMALLEST_HEAP = 16;

/**
 * Bytes that V8 reserves for code before it runs a line: since V8 13 (Node 24) writable, so that they count as data.
 * Measured: 512 MiB and no less starts. What a job really uses is held by the cgroup where there is one.
 */
const CODE_RANGE = Number.parseInt(process.versions.v8, 10) >= 13 ? 512 * MIB : 0;

/** Options of prlimit(1), never above the hard limits this process has itself (raising those needs a privilege). */
export function resourceOptions({ limits, substrate, asOwnerOf }: Job, hard: ReadonlyMap<string, number>): string[] {
  const value = (name: string, wanted: number) => Math.min(Math.floor(wanted), hard.get(name) ?? wanted);
  const single = (option: string, name: string, wanted: number) => `--${option}=${value(name, wanted)}`;
  const cpu = Math.ceil(limits.cpuSeconds);
  return [
    single('data', 'Max data size', limits.memoryBytes + (substrate === 'node' ? CODE_RANGE : 0)),
    `--cpu=${value('Max cpu time', cpu)}:${value('Max cpu time', cpu + CPU_GRACE)}`,
    single('fsize', 'Max file size', Math.max(limits.outputBytes, limits.tmpBytes)),
    single('nofile', 'Max open files', OPEN_FILES),
    `--stack=${value('Max stack size', STACK)}:${value('Max stack size', LARGEST_STACK)}`,
    // The limit counts all that a uid runs: under somebody else's it would count what they run besides.
    ...(asOwnerOf === undefined ? [single('nproc', 'Max processes', limits.pids)] : []),
    '--core=0',
  ];
}

/** Hard limits of this process from /proc/self/limits (proc(5)); unlimited ones are left out. */
export function hardLimits(text = readFileSync('/proc/self/limits', 'utf8')): Map<string, number> {
  const result = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^(Max .+?)\s{2,}\S+\s+(\d+)\s/.exec(line);
    if (match?.[1] !== undefined) result.set(match[1], Number(match[2]));
  }
  return result;
}

/** Arguments of the substrate program, with a V8 heap that fits the job's memory. */
export function substrateArguments(job: Job): string[] {
  if (job.substrate !== 'node') return [...job.args];
  const memory = job.limits.memoryBytes / MIB;
  const heap = Math.floor(Math.max(SMALLEST_HEAP, Math.min(memory * HEAP_SHARE, memory - BESIDE_HEAP)));
  return [`--max-old-space-size=${heap}`, ...job.args];
}

/** Why the limits make no sense, or undefined. */
export function limitProblem(limits: Limits): string | undefined {
  const wrong = Object.entries(limits).find(([, value]) => !Number.isFinite(value) || value <= 0);
  return wrong && `limit ${wrong[0]} must be a number above zero`;
}
