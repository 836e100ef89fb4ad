import assert from 'node:assert/strict';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Case, jailedWith, MIB, processesWith, runScript, textOf } from './contract.js';

export const LIMIT_CASES: Case[] = [
  {
    name: 'ends a job that takes memory in buffers',
    async check(world) {
      const script = 'const all = []; for (;;) all.push(Buffer.alloc(16 << 20, 1));';
      const { result } = await runScript(world, script, { limits: { memoryBytes: 256 * MIB } });
      assert.deepEqual(result.end, { kind: 'memory' });
    },
  },
  {
    name: 'ends a job that takes memory in WebAssembly',
    async check(world) {
      const script =
        'const m = new WebAssembly.Memory({ initial: 1, maximum: 65536 }); for (;;) { m.grow(256); new Uint8Array(m.buffer).fill(1); }';
      const { result } = await runScript(world, script, { limits: { memoryBytes: 256 * MIB } });
      assert.deepEqual(result.end, { kind: 'memory' });
    },
  },
  {
    name: 'ends a job that takes memory in objects',
    async check(world) {
      const script = 'const all = []; for (;;) all.push({ a: all.length, b: [all.length] });';
      const { result } = await runScript(world, script, { limits: { memoryBytes: 192 * MIB, cpuSeconds: 15 } });
      assert.deepEqual(result.end, { kind: 'memory' });
    },
  },
  {
    name: 'ends a job that spins, also one that ignores the signal',
    async check(world) {
      const spin = await runScript(world, 'for (;;);', { limits: { cpuSeconds: 1 } });
      assert.deepEqual(spin.result.end, { kind: 'timeout', limit: 'cpuSeconds' });
      const deaf = await runScript(world, "process.on('SIGXCPU', () => {}); for (;;);", { limits: { cpuSeconds: 1 } });
      assert.notEqual(deaf.result.end.kind, 'exited');
      assert.ok(deaf.result.wallMs < 15_000);
    },
  },
  {
    name: 'ends a job that hangs and ignores SIGTERM',
    async check(world) {
      const script = "process.on('SIGTERM', () => console.log('no')); setInterval(() => {}, 1000)";
      const { result, stdout } = await runScript(world, script, { limits: { wallSeconds: 1 } });
      assert.deepEqual(result.end, { kind: 'timeout', limit: 'wallSeconds' });
      assert.equal(stdout, 'no\n');
    },
  },
  {
    name: 'ends a job that writes one file, many files or empty files without end',
    async check(world) {
      const writers = [
        "const fd = fs.openSync('/out/one', 'w'); for (;;) fs.writeSync(fd, block);",
        "for (let i = 0; ; i++) fs.writeFileSync('/out/' + i, block);",
        "for (let i = 0; ; i++) fs.writeFileSync('/out/' + i, '');",
        "fs.truncateSync('/out/sparse', 1e12)",
      ];
      for (const writer of writers) {
        const script = `const fs = require('node:fs'), block = Buffer.alloc(1 << 20); ${writer}`;
        const { result, out } = await runScript(
          world,
          script.replace(
            'fs.truncateSync',
            "fs.writeFileSync('/out/sparse', ''); fs.writeFileSync('/out/full', Buffer.alloc(8 << 20)); fs.truncateSync",
          ),
        );
        assert.deepEqual(result.end, { kind: 'output' }, writer);
        for (const name of readdirSync(out)) assert.ok(statSync(join(out, name)).size <= 8 * MIB, name);
      }
    },
  },
  {
    name: 'ends a job that makes folders deeper than paths can be, and leaves nothing that cannot be removed',
    async check(world) {
      const script =
        "process.chdir('/out'); for (;;) { require('node:fs').mkdirSync('d'.repeat(200)); process.chdir('d'.repeat(200)) }";
      const { result, out } = await runScript(world, script);
      assert.deepEqual(result.end, { kind: 'output' });
      rmSync(out, { recursive: true });
    },
  },
  {
    name: 'caps the private /tmp',
    async check(world) {
      const script = `const fs = require('node:fs'); let n = 0; try { for (;;) { fs.appendFileSync('/tmp/x' + (n >> 2), Buffer.alloc(1 << 20)); n++ } } catch (e) { console.log(e.code, n) }`;
      const { stdout } = await runScript(world, script);
      assert.match(stdout, /^ENOSPC [78]\n$/);
    },
  },
  {
    name: 'cuts the log and goes on reading',
    async check(world) {
      const script =
        "const b = Buffer.alloc(1 << 20, 65); for (let i = 0; i < 100; i++) require('node:fs').writeSync(1, b)";
      const { result, stdout } = await runScript(world, script, { limits: { logBytes: 1000 } });
      assert.deepEqual(result.end, { kind: 'exited', exitCode: 0 });
      assert.deepEqual([result.logTruncated, result.stdoutBytes], [true, 100 * MIB]);
      assert.match(stdout, /^A{1000}\n\[log cut/);
      assert.ok(stdout.length < 1100);
    },
  },
  {
    name: 'ends a job that writes to standard output for ever',
    async check(world) {
      const script = "const b = Buffer.alloc(1 << 16, 65); for (;;) require('node:fs').writeSync(1, b)";
      const { result } = await runScript(world, script, { limits: { wallSeconds: 3 } });
      assert.deepEqual([result.end, result.logTruncated], [{ kind: 'timeout', limit: 'wallSeconds' }, true]);
    },
  },
  {
    name: 'bounds the number of processes and ends them all',
    async check(world) {
      const token = `forks-${process.pid}-${world.sandbox.level}`;
      const script = `
        const { spawn } = require('node:child_process');
        const bomb = () => { spawn('/sandbox/node', ['/src/job.cjs', '${token}'], { stdio: 'ignore', detached: true }).on('error', () => {}); setTimeout(bomb, 5) };
        bomb();`;
      let most = 0;
      const count = setInterval(() => (most = Math.max(most, threadsWith(token))), 20);
      const { result } = await runScript(world, script, { args: [token], limits: { wallSeconds: 3, pids: 48 } });
      clearInterval(count);
      assert.notDeepEqual(result.end, { kind: 'exited', exitCode: 0 });
      assert.ok(most > 12 && most <= 48, `${most} threads`);
      assert.deepEqual(processesWith(token), []);
    },
  },
];

/** Threads of the jailed programs with that token. */
function threadsWith(token: string): number {
  return jailedWith(token).reduce(
    (sum, pid) => sum + Number(/^Threads:\s+(\d+)/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0),
    0,
  );
}
