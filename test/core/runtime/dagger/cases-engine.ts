import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type JobOptions, MIB } from '../../lib/sandbox/contract.js';
import { type EngineCase, type EngineWorld, type Ran, ran, TELLS, unlike } from './engine.js';

const twice = async (world: EngineWorld, script: string, options?: JobOptions): Promise<[Ran, Ran]> => [
  await ran(world, script, options),
  await ran(world, script, options),
];

export const ENGINE_CASES: readonly EngineCase[] = [
  {
    name: 'never answers from the cache for a job that timed out, ran out of memory, was ended or failed',
    async check(world) {
      const bad: [string, JobOptions][] = [
        [`${TELLS}; setInterval(() => {}, 1e6)`, { limits: { wallSeconds: 2 } }],
        [`${TELLS}; const all = []; for (;;) all.push(Buffer.alloc(8e6, 1))`, { limits: { memoryBytes: 256 * MIB } }],
        [`${TELLS}; process.kill(process.pid, 'SIGKILL')`, {}],
        [`${TELLS}; process.exitCode = 7`, {}],
        [`${TELLS}; process.stdout.write('x'.repeat(3e6))`, {}],
      ];
      for (const [script, options] of bad) {
        const [first, second] = await twice(world, unlike(script), options);
        assert.deepEqual([first.result.kept, second.result.kept], [undefined, undefined], script);
        assert.notEqual(first.id, second.id, script);
        assert.deepEqual(first.result.end, second.result.end);
      }
    },
  },
  {
    name: 'runs a job again when a file, a limit, an argument or a variable is another one',
    async check(world) {
      const script = unlike(TELLS);
      const first = await ran(world, script);
      const others: [string, JobOptions][] = [
        [`${script} `, {}],
        [script, { limits: { wallSeconds: 19 } }],
        [script, { args: ['x'] }],
        [script, { env: { X: 'x' } }],
      ];
      for (const [text, options] of others) {
        const other = await ran(world, text, options);
        assert.equal(other.result.kept, undefined, JSON.stringify(options));
        assert.notEqual(other.id, first.id);
      }
    },
  },
  {
    name: 'runs every job when told to keep nothing',
    async check(world) {
      const script = unlike(TELLS);
      const ids = [await ran(world, script), await ran(world, script, {}, false), await ran(world, script, {}, false)];
      assert.equal(new Set(ids.map(({ id }) => id)).size, 3);
      assert.ok(ids.every(({ result }) => result.kept === undefined));
    },
  },
  {
    name: 'answers the same job with the same inputs from the cache, and says so',
    async check(world) {
      const script = unlike(`${TELLS}; process.exitCode = 1`);
      const [first, second] = await twice(world, script, { goodCodes: [0, 1] });
      assert.equal(second.id, first.id);
      assert.notEqual(first.id, 'none');
      assert.deepEqual(second.result, { ...first.result, kept: true });
      assert.equal(readFileSync(second.job.stdout, 'utf8'), 'said\n');
    },
  },
  {
    name: 'ends a job whose processes together take more than its memory, each of them less',
    async check(world) {
      const half = 'const b = Buffer.alloc(150 * 2 ** 20, 1); setTimeout(() => b, 15000)';
      const script = `for (const i of [1, 2, 3, 4]) require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(half)}])`;
      const { result } = await ran(world, unlike(script), { limits: { memoryBytes: 400 * MIB } });
      assert.deepEqual(result.end, { kind: 'memory' });
    },
  },
  {
    name: 'ends a job whose memory is in files of memory that no process has mapped',
    async check(world) {
      const fill = [
        'import os, time',
        `block = b'x' * ${MIB}`,
        'for number in range(60):',
        '    file = os.memfd_create(str(number))',
        '    for _ in range(8): os.write(file, block)',
        'time.sleep(15)',
      ].join('\n');
      const script = `require('child_process').spawn('/sandbox/python', ['-c', ${JSON.stringify(fill)}], { stdio: 'inherit' })`;
      const { result } = await ran(world, unlike(script), { programs: ['python'], limits: { memoryBytes: 256 * MIB } });
      assert.deepEqual(result.end, { kind: 'memory' });
      assert.ok((result.maxRssBytes ?? 0) > 256 * MIB);
    },
  },
  {
    name: 'caps /dev/shm as it does /tmp',
    async check(world) {
      const script = `try { for (const i of [1, 2, 3]) require('fs').writeFileSync('/dev/shm/' + i, Buffer.alloc(${4 * MIB})) } catch (e) { process.stdout.write(e.code) }`;
      const { result, job } = await ran(world, unlike(script));
      assert.deepEqual([result.end, readFileSync(job.stdout, 'utf8')], [{ kind: 'exited', exitCode: 0 }, 'ENOSPC']);
    },
  },
];
