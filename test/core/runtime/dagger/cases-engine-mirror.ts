import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scriptJob } from '../../lib/sandbox/contract.js';
import type { EngineCase, EngineWorld } from './engine.js';

/** Texts of one length in files of one time, one after the other at one path; what jobs of a session each saw. */
async function seen({ folder, inSession }: EngineWorld, isInput: boolean): Promise<string[]> {
  const source = join(folder, 'source');
  mkdirSync(source);
  const told: string[] = [];
  for (const text of ['one', 'two', 'six']) {
    writeFileSync(join(source, 'file'), text);
    // As the package registry of npm has it, for every file of every package.
    utimesSync(join(source, 'file'), 499_162_500, 499_162_500);
    const mounts = [{ from: source, to: '/source', access: 'read' as const }];
    const job = scriptJob(folder, "process.stdout.write(require('fs').readFileSync('/source/file'))", { mounts });
    const use: Parameters<typeof inSession>[2] = async (sandbox) => {
      assert.equal((await sandbox.run(job, new AbortController().signal)).end.kind, 'exited');
    };
    await inSession(folder, true, use, { inputs: isInput ? [{ path: source }] : [], fixed: [] });
    told.push(readFileSync(job.stdout, 'utf8'));
  }
  return told;
}

export const ENGINE_MIRROR: readonly EngineCase[] = [
  {
    name: 'reads a source as it is now, also when an earlier file there had its size and time',
    check: async (world) => assert.deepEqual(await seen(world, true), ['one', 'two', 'six']),
  },
  {
    name: 'reads so whatever else it is given',
    check: async (world) => assert.deepEqual(await seen(world, false), ['one', 'two', 'six']),
  },
];
