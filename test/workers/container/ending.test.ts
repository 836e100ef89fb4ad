import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { memoryOf } from '../../../src/workers/container/memory.js';
import { endAllOf } from '../../../src/workers/container/starter.js';

/** Stops everything else of its uid, again and again: also what is started as that uid to end it. */
const STOPS_OTHERS =
  'import os, signal\nprint(1, flush=True)\nwhile True:\n  try: os.kill(-1, signal.SIGSTOP)\n  except OSError: pass\n';
const UID = 65_519;
const skip = process.getuid?.() !== 0 || spawnSync('python3', ['--version']).status !== 0;

describe.skipIf(skip)('a job that stops all processes of its uid (root and python3 only)', () => {
  it('stops neither the look at its memory nor its end', async () => {
    const job = spawn('python3', ['-c', STOPS_OTHERS], { cwd: '/', uid: UID, gid: UID });
    await once(job.stdout, 'data');
    const ended = once(job, 'exit');
    memoryOf(UID).shared();
    endAllOf(UID);
    expect(await ended).toEqual([null, 'SIGKILL']);
  });
});
