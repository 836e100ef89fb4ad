import { describe, expect, it } from 'vitest';
import { type Ending, jobEnd } from '../../../../src/core/lib/sandbox/ending.js';

const ending = (change: Partial<Ending>): Ending => ({
  stopped: undefined,
  report: { started: true, status: 0 },
  head: '',
  tail: '',
  memoryKills: 0,
  outputFull: false,
  cpuMs: null,
  cpuSeconds: 10,
  ...change,
});
const status = (code: number | null): Pick<Ending, 'report'> => ({ report: { started: true, status: code } });

describe('how a job ended', () => {
  it.each<[string, Partial<Ending>, object]>([
    ['a set-up that failed', { report: { started: false, reason: 'no' } }, { kind: 'not-started', reason: 'no' }],
    [
      'a program of the entry command that failed',
      { ...status(127), head: 'setpriv: failed to execute x: y\n' },
      { kind: 'not-started', reason: 'setpriv: failed to execute x: y' },
    ],
    ['a set-up that was killed', status(null), { kind: 'signalled', signal: 'SIGKILL' }],
    ['an exit code that a failed set-up has too', status(1), { kind: 'exited', exitCode: 1 }],
    ['success after a child was killed for memory', { memoryKills: 1 }, { kind: 'memory' }],
    ['success with an output that was full', { outputFull: true }, { kind: 'output' }],
    ['the heap limit', { ...status(134), tail: 'FATAL ERROR: JavaScript heap out of memory' }, { kind: 'memory' }],
    ['RLIMIT_DATA', { ...status(1), tail: 'RangeError: Array buffer allocation failed' }, { kind: 'memory' }],
    [
      'words about memory from a job that succeeded',
      { tail: 'JavaScript heap out of memory' },
      { kind: 'exited', exitCode: 0 },
    ],
    ['SIGXCPU', status(152), { kind: 'timeout', limit: 'cpuSeconds' }],
    ['the CPU kill', { ...status(137), cpuMs: 11_000 }, { kind: 'timeout', limit: 'cpuSeconds' }],
    ['a kill by somebody else', { ...status(137), cpuMs: 10 }, { kind: 'signalled', signal: 'SIGKILL' }],
    ['SIGXFSZ', status(153), { kind: 'output' }],
    [
      'a cancel, whatever came after',
      { stopped: 'cancelled', memoryKills: 1, report: { started: false, reason: '' } },
      { kind: 'cancelled' },
    ],
    ['the wall clock', { stopped: 'wallSeconds', ...status(0) }, { kind: 'timeout', limit: 'wallSeconds' }],
    ['a plain end', status(0), { kind: 'exited', exitCode: 0 }],
  ])('%s', (_, change, expected) => {
    expect(jobEnd(ending(change))).toEqual(expected);
  });
});
