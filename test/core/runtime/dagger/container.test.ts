import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, Directory } from '@dagger.io/dagger';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ContainerAnswer } from '../../../../src/core/lib/sandbox/container.js';
import type { Job, Mount } from '../../../../src/core/lib/sandbox/job.js';
import { runFresh, runKept } from '../../../../src/core/runtime/dagger/container.js';
import { type Stays, staying } from '../../../../src/core/runtime/dagger/stays.js';
import { handingOver } from '../../../../src/core/runtime/dagger/upload.js';

let place = '';
let folder = '';
let stays: Stays;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'container-test-'));
  folder = join(place, 'files');
  for (const name of ['files', 'agent', 'beside']) mkdirSync(join(place, name));
  stays = staying(place);
});

/** What a job left on an engine: nothing. */
function leftNothing(): Directory {
  const all = {
    filter: () => all,
    export: async (to: string) => void mkdirSync(join(to, '0')),
  };
  return all as unknown as Directory;
}

/** Runs a job with these mounts on an engine that is sent nothing: what gets so far fails with `sent`. */
function running(run: typeof runFresh, ...mounts: Mount[]) {
  const limits = { memoryBytes: 1, cpuSeconds: 1, wallSeconds: 1, pids: 1, outputBytes: 1, logBytes: 1, tmpBytes: 1 };
  const logs = { stdout: join(place, 'stdout'), stderr: join(place, 'stderr') };
  const job: Job = { id: 'job', substrate: 'node', args: [], env: {}, mounts, cwd: '/', limits, ...logs };
  const handOver = handingOver(() => Promise.reject(new Error('sent')), stays);
  const agent = join(place, 'agent');
  return run(
    job,
    { client: {} as Client, handOver, stays, image: 'i@d', agent, scratch: place },
    {} as ContainerAnswer,
  );
}

describe.each([
  ['asked for anew', runFresh],
  ['that may be answered from what was kept', runKept],
])('a job %s', (_, run) => {
  it('writes to no folder that stands for what is on the engine: a result would be lost in it', async () => {
    symlinkSync(folder, join(place, 'link'));
    stays.expect(folder);
    stays.leave(folder, { all: leftNothing(), name: '0', files: new Map() });
    for (const from of [folder, join(place, 'link'), place])
      await expect(running(run, { from, to: '/out', access: 'write' }), from).rejects.toThrow('was not brought');
  });

  it('leaves nothing where another job left something', async () => {
    stays.expect(folder);
    const mount: Mount = { from: folder, to: '/out', access: 'write', stays: true };
    await expect(running(run, mount)).rejects.toThrow('another job wrote to');
  });

  it('is sent when what it writes to is here', async () => {
    stays.expect(folder);
    stays.leave(folder, { all: leftNothing(), name: '0', files: new Map() });
    await expect(running(run, { from: join(place, 'beside'), to: '/out', access: 'write' })).rejects.toThrow('sent');
    await stays.bring(folder);
    writeFileSync(join(folder, 'a'), 'a');
    await expect(running(run, { from: folder, to: '/out', access: 'write' })).rejects.toThrow('sent');
  });
});
