import { constants } from 'node:os';
import type { JobEnd } from './job.js';

/** Why this process ended the job; the first reason stands. */
export type StopReason = 'cancelled' | 'wallSeconds' | 'cpuSeconds' | 'output';

/** What is known once the whole tree is gone. */
export interface Ending {
  stopped: StopReason | undefined;
  /** What the level's own set-up said: never the job's words. */
  report: SetUpReport;
  /** First bytes and last bytes of standard error. */
  head: string;
  tail: string;
  memoryKills: number;
  outputFull: boolean;
  cpuMs: number | null;
  cpuSeconds: number;
}

/** `status` is an exit status as sh(1) and bubblewrap give it: 128 + n for signal n; null when the set-up was killed. */
export type SetUpReport = { started: false; reason: string } | { started: true; status: number | null };

/** Programs of the entry command fail with one of these, before the job's program runs. Exit status 1, 126 or 127. */
const SET_UP_FAILURE = /^(bwrap|unshare|prlimit|setpriv|env|sh|\/unshare|\/env|\/sandbox\/[a-z]+): /;

/** What V8 and Node say when the heap limit, RLIMIT_DATA or a WebAssembly memory is at its end. */
const OUT_OF_MEMORY =
  /[Oo]ut of memory|Array buffer allocation failed|ERR_MEMORY_ALLOCATION_FAILED|could not allocate memory|Unable to grow instance memory|Cannot allocate memory|std::bad_alloc|ENOMEM/;

/** A stop of ours first, then the limit that the kernel held, then what the process said. */
export function jobEnd(ending: Ending): JobEnd {
  const { stopped, report } = ending;
  if (stopped === 'cancelled') return { kind: 'cancelled' };
  if (!report.started) return { kind: 'not-started', reason: report.reason };
  if (stopped === 'wallSeconds' || stopped === 'cpuSeconds') return { kind: 'timeout', limit: stopped };
  if (stopped === 'output' || ending.outputFull) return { kind: 'output' };
  if (ending.memoryKills > 0) return { kind: 'memory' };
  return endOfStatus(report.status, ending);
}

function endOfStatus(status: number | null, ending: Ending): JobEnd {
  if (status === 0) return { kind: 'exited', exitCode: 0 };
  const signal = status === null ? 'SIGKILL' : signalOf(status);
  if (signal === 'SIGXCPU' || (signal === 'SIGKILL' && (ending.cpuMs ?? 0) >= ending.cpuSeconds * 1000)) {
    return { kind: 'timeout', limit: 'cpuSeconds' };
  }
  if (signal === 'SIGXFSZ') return { kind: 'output' };
  if (OUT_OF_MEMORY.test(ending.tail)) return { kind: 'memory' };
  if (signal !== undefined) return { kind: 'signalled', signal };
  if (SET_UP_FAILURE.test(ending.head)) return { kind: 'not-started', reason: firstLine(ending.head) };
  return { kind: 'exited', exitCode: status ?? 1 };
}

function signalOf(status: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => status === 128 + number)?.[0];
}

export const firstLine = (text: string): string => text.split('\n')[0]?.trim() ?? '';
