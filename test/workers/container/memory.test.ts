import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { memoryOf, watchMemory } from '../../../src/workers/container/memory.js';

const MIB = 1 << 20;

describe('a watch of memory', () => {
  it('counts shared pages once before it ends a job, and ends it until it is gone', () => {
    vi.useFakeTimers();
    let most = 1;
    let shared = 1;
    const exceeded = vi.fn();
    const watch = watchMemory(100, { most: () => most, shared: () => shared }, exceeded);
    [most, shared] = [300, 100];
    vi.advanceTimersByTime(1000);
    expect([exceeded.mock.calls.length, watch.peak()]).toEqual([0, 100]);
    shared = 101;
    vi.advanceTimersByTime(1000);
    expect([exceeded.mock.calls.length, watch.peak()]).toEqual([5, 101]);
    watch.stop();
    vi.useRealTimers();
  });

  it('sees nothing more once it is stopped', () => {
    vi.useFakeTimers();
    const exceeded = vi.fn();
    watchMemory(100, { most: () => 200, shared: () => 200 }, exceeded).stop();
    vi.advanceTimersByTime(1000);
    expect(exceeded).not.toHaveBeenCalled();
    vi.useRealTimers();
  });
});

describe.skipIf(process.platform !== 'linux')('the memory of a uid', () => {
  it('is that of its processes together, and none for a uid that has none', async () => {
    // A uid of its own, where that may be chosen, has nothing else.
    const uid = process.getuid?.() === 0 ? 65_517 : (process.getuid?.() ?? 0);
    const script = 'const b = Buffer.alloc(2 ** 27, 1); console.log(b.length); setInterval(() => b, 1e6)';
    const held = spawn(process.execPath, ['-e', script], { cwd: '/', uid });
    await once(held.stdout, 'data');
    const [most, shared] = [memoryOf(uid).most(), memoryOf(uid).shared()];
    held.kill('SIGKILL');
    await once(held, 'exit');
    expect(most).toBeGreaterThan(128 * MIB);
    expect(shared).toBeGreaterThan(128 * MIB);
    expect(shared).toBeLessThanOrEqual(most + 16 * MIB);
    expect([memoryOf(65_518).most(), memoryOf(65_518).shared()]).toEqual([0, 0]);
  });
});
