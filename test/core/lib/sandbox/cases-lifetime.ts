import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Case, jailedWith, processesWith, runScript, scriptJob, textOf, until } from './contract.js';

/** Leaves a daemon behind, then `after`. */
const daemon = (token: string, after: string): string => `
  const { spawn } = require('node:child_process');
  spawn('/sandbox/node', ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)", ${JSON.stringify(token)}], { detached: true, stdio: 'ignore' }).unref();
  require('node:fs').writeFileSync('/out/up', '');
  ${after}`;

const forever = 'setInterval(() => {}, 1000)';

export const LIFETIMES: Case[] = [
  {
    name: 'tells exit codes and signals apart',
    async check(world) {
      assert.deepEqual((await runScript(world, 'process.exit(7)')).result.end, { kind: 'exited', exitCode: 7 });
      const killed = await runScript(world, "process.kill(process.pid, 'SIGSEGV')");
      assert.deepEqual(killed.result.end, { kind: 'signalled', signal: 'SIGSEGV' });
      assert.deepEqual((await runScript(world, 'process.abort()')).result.end, {
        kind: 'signalled',
        signal: 'SIGABRT',
      });
    },
  },
  {
    name: 'never starts on mounts, environment or limits that cannot hold',
    async check(world) {
      const wrong = [
        { mounts: [{ from: '/nowhere/at/all', to: '/in', access: 'read' as const }] },
        { mounts: [{ from: world.folder, to: '/src/in', access: 'read' as const }] },
        { mounts: [{ from: world.folder, to: '/sandbox', access: 'read' as const }] },
        { mounts: [{ from: world.folder, to: '/a/../b', access: 'read' as const }] },
        { mounts: [{ from: link(world.folder), to: '/in', access: 'read' as const }] },
        { env: { LD_PRELOAD: '/src/evil.so' } },
        { limits: { pids: 0 } },
        { cwd: '/nowhere' },
        { asOwnerOf: '/nowhere/at/all' },
      ];
      for (const options of wrong) {
        const job = scriptJob(world.folder, 'process.exit(1)', options);
        const { end } = await world.sandbox.run(job, new AbortController().signal);
        assert.equal(end.kind, 'not-started', `${JSON.stringify(options)}: ${JSON.stringify(end)}`);
      }
    },
  },
  {
    name: 'does not follow a link where a log should be',
    async check(world) {
      const job = scriptJob(world.folder, "console.log('x')");
      const target = join(world.folder, 'precious');
      writeFileSync(target, 'kept');
      symlinkSync(target, job.stdout);
      assert.equal((await world.sandbox.run(job, new AbortController().signal)).end.kind, 'not-started');
      assert.equal(readFileSync(target, 'utf8'), 'kept');
    },
  },
  {
    name: 'leaves no daemon behind',
    async check(world) {
      const token = `daemon-${process.pid}-${world.sandbox.level}`;
      const { result } = await runScript(world, daemon(token, ''));
      assert.deepEqual(result.end, { kind: 'exited', exitCode: 0 });
      assert.deepEqual(processesWith(token), []);
    },
  },
  {
    name: 'ends the whole tree when it is cancelled, before or after the start',
    async check(world) {
      const token = `cancel-${process.pid}-${world.sandbox.level}`;
      const controller = new AbortController();
      const job = scriptJob(world.folder, daemon(token, forever), { args: [token] });
      const done = world.sandbox.run(job, controller.signal);
      await until(
        () => textOf(join(job.stdout, '../out/up')) === '' && processesWith(token).length > 1,
        'the daemon is up',
      );
      controller.abort();
      assert.deepEqual((await done).end, { kind: 'cancelled' });
      // An engine ends its containers by itself; what they write has no way out any more.
      if (world.sandbox.level === 'dagger')
        await until(() => processesWith(token).length === 0, 'the engine ended the container');
      assert.deepEqual(processesWith(token), []);
      assert.deepEqual((await world.sandbox.run(job, controller.signal)).end, { kind: 'cancelled' });
    },
  },
  {
    name: 'ends the whole tree when the orchestrator is killed',
    async check(world) {
      const token = `orphan-${process.pid}-${world.sandbox.level}`;
      const job = scriptJob(world.folder, daemon(token, forever), { args: [token] });
      const child = spawn(
        process.execPath,
        [world.orchestrator, world.sandbox.level, world.folder, JSON.stringify(job)],
        { stdio: 'ignore' },
      );
      // An engine is connected to and looked at first.
      const up = 'the job and its daemon are up';
      await until(() => jailedWith(token).length === 2, up, world.sandbox.level === 'dagger' ? 60 : 10).finally(() =>
        child.kill('SIGKILL'),
      );
      await until(() => processesWith(token).length === 0, 'nothing of the jail is left');
    },
  },
  {
    name: 'runs git from its fixed path',
    async check(world) {
      const job = { ...scriptJob(world.folder, ''), substrate: 'git' as const, args: ['--version'] };
      assert.deepEqual((await world.sandbox.run(job, new AbortController().signal)).end, {
        kind: 'exited',
        exitCode: 0,
      });
      assert.match(readFileSync(job.stdout, 'utf8'), /^git version /);
    },
  },
  {
    name: 'runs jobs at the same time under different uids',
    async check(world) {
      const script = 'console.log(process.getuid())';
      const uids = await Promise.all([1, 2, 3].map(async () => (await runScript(world, script)).stdout));
      if (process.geteuid?.() === 0) assert.equal(new Set(uids).size, 3);
    },
  },
];

function link(folder: string): string {
  const path = join(folder, 'link');
  symlinkSync(folder, path);
  return path;
}
