import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerAnswer } from '../../../../src/core/lib/sandbox/container.js';
import type { Job } from '../../../../src/core/lib/sandbox/job.js';
import { askContainer, type ContainerPorts, runFresh, runKept } from '../../../../src/core/runtime/dagger/container.js';
import { staying } from '../../../../src/core/runtime/dagger/stays.js';
import { handingOver } from '../../../../src/core/runtime/dagger/upload.js';
import { scriptJob } from '../../lib/sandbox/contract.js';
import { type EngineCase, type EngineWorld, TELLS, tellingJob, unlike } from './engine.js';

/** What one session has, and a true answer of its engine. */
async function inProbed(
  { folder, inSession }: EngineWorld,
  use: (ports: ContainerPorts, probe: ContainerAnswer) => Promise<void>,
): Promise<void> {
  await inSession(folder, true, async (_, { client, upload }, { image, agent, scratch }) => {
    const own = join(scratch, 'own');
    mkdirSync(own);
    const stays = staying(own);
    const ports = { client, handOver: handingOver(upload, stays), stays, image, agent, scratch: own };
    await use(ports, await askContainer({ ...scriptJob(folder, ''), mounts: [], cwd: '/', args: ['-e', ''] }, ports));
  });
}

/** The answer as if those of its walls had been others: one engine makes the same ones for all that it runs. */
const behindOthers = (probe: ContainerAnswer, wall: 'filtered' | 'counted'): ContainerAnswer => ({
  ...probe,
  facts: { ...probe.facts, [wall]: !probe.facts[wall] },
});

async function refuses(run: typeof runKept, world: EngineWorld, script: string): Promise<void> {
  await inProbed(world, async (ports, probe) => {
    for (const wall of ['filtered', 'counted'] as const) {
      const { job, id } = tellingJob(world.folder, script);
      const files = mkdtempSync(join(world.folder, 'files-'));
      const staying: Job = {
        ...job,
        mounts: [...job.mounts, { from: files, to: '/files', access: 'write', stays: true }],
      };
      const { end, kept, stayed } = await run(staying, ports, behindOthers(probe, wall));
      assert.deepEqual([end.kind, kept, stayed, id()], ['not-started', undefined, undefined, 'none'], wall);
      assert.match(JSON.stringify(end), /other walls/);
      await assert.rejects(ports.stays.bring(files), /no job left/);
    }
  });
}

export const ENGINE_WALLS: readonly EngineCase[] = [
  {
    name: 'takes nothing from a job that ran behind other walls than the run record says, kept or not',
    async check(world) {
      await refuses(runFresh, world, unlike(TELLS));
      const script = unlike(TELLS);
      await refuses(runKept, world, script);
      // The engine has kept it now, and it is older than this session.
      await refuses(runKept, world, script);
    },
  },
  {
    name: 'runs again what it kept from behind other walls, and takes that when it ran behind those of today',
    async check(world) {
      const script = unlike(TELLS);
      let first = '';
      await inProbed(world, async (ports, probe) => {
        const { job, id } = tellingJob(world.folder, script);
        assert.equal((await runKept(job, ports, probe)).end.kind, 'exited');
        first = id();
      });
      await inProbed(world, async (ports, probe) => {
        const { job, id } = tellingJob(world.folder, script);
        assert.equal((await runKept(job, ports, probe)).kept, true);
        assert.equal(id(), first);
      });
    },
  },
];
