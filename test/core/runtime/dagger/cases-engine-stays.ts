import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Mount, Sandbox } from '../../../../src/core/lib/sandbox/job.js';
import { leaves, sees } from '../../lib/sandbox/cases-stays.js';
import { scriptJob } from '../../lib/sandbox/contract.js';
import { type EngineCase, unlike } from './engine.js';

/** Leaves a file that says something else each time that it is made. */
const LEAVE = "require('fs').writeFileSync('/files/id', require('crypto').randomUUID())";
const READ = "process.stdout.write(fs.readFileSync('/files/id'))";

const never = new AbortController().signal;

/** How a job ends that is given this mount. */
async function given(sandbox: Sandbox, folder: string, mount: Omit<Mount, 'to'>): Promise<string> {
  const { end } = await sandbox.run(scriptJob(folder, '', { mounts: [{ ...mount, to: '/files' }] }), never);
  return end.kind;
}

/** A folder of its own for one session: what stays is of one job. */
function placeIn(folder: string, name: string): string {
  const place = join(folder, name);
  mkdirSync(place);
  return place;
}

export const ENGINE_STAYS: readonly EngineCase[] = [
  {
    name: 'never takes the empty folder here for what stayed there',
    check: ({ folder, inSession }) =>
      inSession(folder, true, async (sandbox) => {
        const { files } = await leaves({ sandbox, folder: placeIn(folder, 'own') }, unlike(LEAVE));
        assert.deepEqual(readdirSync(files), []);
        const read = { access: 'read' as const };
        assert.equal(await given(sandbox, folder, { ...read, from: files }), 'not-started');
        assert.equal(await given(sandbox, folder, { ...read, from: dirname(files) }), 'not-started');
        assert.equal(await given(sandbox, folder, { ...read, from: dirname(files), settled: true }), 'not-started');
        assert.equal(
          await given(sandbox, folder, { ...read, from: join(files, 'none'), settled: true }),
          'not-started',
        );
        assert.equal(await given(sandbox, folder, { access: 'write', from: files }), 'not-started');
        assert.equal(await given(sandbox, folder, { access: 'write', from: files, stays: true }), 'not-started');
        await sandbox.bring(files, never);
        assert.equal(await given(sandbox, folder, { ...read, from: files }), 'exited');
      }),
  },
  {
    name: 'has nothing of a job that was cancelled, and brings nothing when cancelled',
    async check({ folder, inSession }) {
      await inSession(folder, true, async (sandbox) => {
        const stop = new AbortController();
        const files = placeIn(folder, 'cancelled');
        const mounts: Mount[] = [{ from: files, to: '/files', access: 'write', stays: true }];
        const job = scriptJob(folder, unlike(`${LEAVE}; setInterval(() => {}, 1000)`), { mounts });
        setTimeout(() => stop.abort(), 500);
        const { end, stayed } = await sandbox.run(job, stop.signal);
        assert.deepEqual([end.kind, stayed], ['cancelled', undefined]);
        await assert.rejects(sandbox.bring(files, never), { code: 'runtime' });
        assert.deepEqual(readdirSync(files), []);
      });
      await inSession(folder, true, async (sandbox) => {
        const { files } = await leaves({ sandbox, folder: placeIn(folder, 'whole') }, unlike(LEAVE));
        await assert.rejects(sandbox.bring(files, AbortSignal.abort()), { code: 'runtime' });
        assert.deepEqual(readdirSync(files), []);
      });
    },
  },
  {
    name: 'has what a kept job left, in a later session as in the first',
    async check({ folder, inSession }) {
      const script = unlike(LEAVE);
      const seen: string[] = [];
      for (const name of ['first', 'second'])
        await inSession(folder, true, async (sandbox) => {
          const world = { sandbox, folder: placeIn(folder, name) };
          const { files, result } = await leaves(world, script);
          assert.equal(result.kept, name === 'second' ? true : undefined);
          seen.push(await sees(world, READ, { '/files': files }));
          await sandbox.bring(files, never);
          seen.push(readFileSync(join(files, 'id'), 'utf8'));
        });
      assert.equal(new Set(seen).size, 1);
      assert.match(seen[0] ?? '', /^[0-9a-f-]{36}$/);
    },
  },
];
