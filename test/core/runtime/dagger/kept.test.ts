import { describe, expect, it } from 'vitest';
import type { JobEnd, JobResult } from '../../../../src/core/lib/sandbox/job.js';
import { notStarted } from '../../../../src/core/lib/sandbox/runner.js';
import { isKept, mayStand } from '../../../../src/core/runtime/dagger/kept.js';

const result = (end: JobEnd, logTruncated = false): JobResult => ({ ...notStarted(''), end, logTruncated });
const exited = (exitCode: number): JobEnd => ({ kind: 'exited', exitCode });

describe('an earlier answer', () => {
  it.each([
    { kind: 'timeout', limit: 'wallSeconds' },
    { kind: 'timeout', limit: 'cpuSeconds' },
    { kind: 'memory' },
    { kind: 'output' },
    { kind: 'cancelled' },
    { kind: 'signalled', signal: 'SIGKILL' },
    { kind: 'not-started', reason: 'x' },
    exited(1),
    exited(137),
  ] as const)('never stands for a job that ended so: %j', (end) => {
    expect(mayStand({}, result(end))).toBe(false);
    expect(mayStand({ goodCodes: [0, 2] }, result(end))).toBe(false);
  });

  it('does not stand when its log was cut', () => {
    expect(mayStand({}, result(exited(0), true))).toBe(false);
  });

  it('stands for a job that ended with a good code', () => {
    expect(mayStand({}, result(exited(0)))).toBe(true);
    expect(mayStand({ goodCodes: [0, 1] }, result(exited(1)))).toBe(true);
  });
});

describe('whether an answer was kept', () => {
  const since = { boot: 'b', ms: 100 };

  it('is told by the clock of the engine’s machine', () => {
    expect([99, 100, 101].map((ms) => isKept({ boot: 'b', ms }, since))).toEqual([true, false, false]);
  });

  it('is told by its boot, whatever the clock says', () => {
    expect(isKept({ boot: 'a', ms: 101 }, since)).toBe(true);
  });
});
