import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { groupMemory, memoryIn, ownGroup } from '../../../src/workers/container/group.js';

const MIB = 1 << 20;
const root = mkdtempSync(join(tmpdir(), 'group-test-'));

let made = 0;
function group(files: Record<string, string>): string {
  const folder = join(root, String(made++));
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const FIRST = 'cache 900\nrss 1\nshmem 2\ntotal_cache 900\ntotal_rss 10\ntotal_shmem 20\ntotal_swap 30\n';
const SECOND = 'anon 10\nfile 900\nkernel 5\nshmem 20\nanon_thp 7\n';

describe('the memory of a control group', () => {
  it('is unknown where its numbers are not there', () => {
    for (const stat of ['', 'anon 1\n', 'total_rss 1\n', 'cache 1\n', 'anonymous 1\n', 'xtotal_rss 1\n'])
      expect(memoryIn(stat)).toBeUndefined();
  });

  it('is anonymous and shared memory, and no cache of files', () => {
    expect(memoryIn(FIRST)).toBe(60);
    expect(memoryIn(SECOND)).toBe(30);
  });

  it('is taken only from a group that this process is in', () => {
    const others = group({ 'cgroup.procs': `1\n${process.pid}0\n`, 'memory.stat': SECOND });
    const shared = group({ 'cgroup.procs': `0\n${process.pid}\n`, 'memory.stat': SECOND });
    const empty = group({ 'cgroup.procs': `${process.pid}\n` });
    const own = group({ 'cgroup.procs': `1\n${process.pid}\n`, 'memory.stat': SECOND });
    expect(ownGroup([join(root, 'missing'), others, shared, empty])).toBeUndefined();
    expect(ownGroup([others, empty, own])).toBe(own);
  });

  it('is what came since, swap too, and not what this process has', () => {
    const folder = group({ 'memory.stat': `anon ${500 * MIB}\nshmem 0\n`, 'memory.swap.current': '0\n' });
    const memory = groupMemory(folder);
    writeFileSync(join(folder, 'memory.stat'), `anon ${500 * MIB}\nshmem ${200 * MIB}\n`);
    writeFileSync(join(folder, 'memory.swap.current'), `${100 * MIB}\n`);
    // This process may have grown or shrunk between the two readings.
    expect(Math.abs(memory.most() - 300 * MIB)).toBeLessThan(64 * MIB);
    expect(Math.abs(memory.shared() - 300 * MIB)).toBeLessThan(64 * MIB);
    rmSync(folder, { recursive: true });
    expect(memory.most()).toBe(Number.POSITIVE_INFINITY);
  });
});
