import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeCgroup, probeCgroups } from '../../../../src/core/lib/sandbox/cgroup.js';
import type { Limits } from '../../../../src/core/lib/sandbox/job.js';

const LIMITS: Limits = {
  memoryBytes: 1000,
  cpuSeconds: 1,
  wallSeconds: 1,
  pids: 10,
  outputBytes: 1,
  logBytes: 1,
  tmpBytes: 24,
};
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cgroup-test-'));
});

describe('control groups', () => {
  it('are not used where there are none, or where none can be made', () => {
    expect(probeCgroups('', '')).toEqual({ version: 2 });
    expect(probeCgroups('0::/a\n', `30 1 0:1 / ${folder}/absent rw - cgroup2 none rw`)).toEqual({ version: 2 });
    expect(probeCgroups('4:memory:/a\n', `30 1 0:1 / ${folder}/absent rw - cgroup none rw,memory`)).toEqual({
      version: 2,
    });
  });

  it('of version 2 need the controllers handed down', () => {
    mkdirSync(join(folder, 'own'));
    writeFileSync(join(folder, 'own/cgroup.subtree_control'), 'cpu\n');
    expect(probeCgroups('0::/own\n', `30 1 0:1 / ${folder} rw - cgroup2 none rw`)).toEqual({ version: 2 });
  });

  it('hold memory, with the private /tmp on top, and processes, with those of the set-up', () => {
    makeCgroup({ version: 2, memory: folder, pids: folder, cpu: folder }, LIMITS);
    const made = join(folder, readdirSync(folder)[0] ?? '');
    expect(readFileSync(join(made, 'memory.max'), 'utf8')).toBe('1024');
    expect(Number(readFileSync(join(made, 'pids.max'), 'utf8'))).toBeGreaterThanOrEqual(10);
    expect(readFileSync(join(made, 'memory.oom.group'), 'utf8')).toBe('1');
  });

  it('tell kills, CPU time and memory of either version', () => {
    const group = makeCgroup({ version: 2, memory: folder, pids: folder, cpu: folder }, LIMITS);
    const made = join(folder, readdirSync(folder)[0] ?? '');
    expect([group.memoryKills(), group.cpuMs(), group.maxMemoryBytes()]).toEqual([0, null, null]);
    writeFileSync(join(made, 'memory.events'), 'low 0\noom 3\noom_kill 2\n');
    writeFileSync(join(made, 'cpu.stat'), 'usage_usec 1500000\nuser_usec 1\n');
    writeFileSync(join(made, 'memory.peak'), '4096\n');
    expect([group.memoryKills(), group.cpuMs(), group.maxMemoryBytes()]).toEqual([2, 1500, 4096]);
  });
});
