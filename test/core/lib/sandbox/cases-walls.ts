import assert from 'node:assert/strict';
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { systemProgram } from '../../../../src/core/lib/sandbox/programs.js';
import { type Case, jailedWith, runScript, textOf, until, type World } from './contract.js';

/** Tries each step of a script and prints what each came to, as one JSON object. */
const tries = (steps: Record<string, string>): string => `
const fs = require('node:fs'), cp = require('node:child_process');
const results = {};
const code = (error) => error.code ?? error.message;
${Object.entries(steps)
  .map(
    ([name, step]) =>
      `try { results[${JSON.stringify(name)}] = ${step} ?? 'done' } catch (e) { results[${JSON.stringify(name)}] = code(e) }`,
  )
  .join('\n')}
console.log(JSON.stringify(results));
`;

const parse = (text: string): Record<string, unknown> => {
  const value: unknown = JSON.parse(text);
  assert.ok(typeof value === 'object' && value !== null);
  return { ...value };
};

/** A container has the files of its image, and neither the caller's nor the engine's. */
async function seesNothingOfTheEngine(world: World): Promise<void> {
  const paths = [world.folder, '/host', '/var/lib/dagger', '/run/dagger', '/run/buildkit', '/var/run/docker.sock'];
  const steps = Object.fromEntries(paths.map((path) => [path, `fs.statSync(${JSON.stringify(path)}).size`]));
  const closed = { left: "fs.readdirSync('/certus/left')", agent: "fs.readFileSync('/proc/1/environ')" };
  const { stdout } = await runScript(world, tries({ ...steps, ...closed }));
  const { left, agent, ...rest } = parse(stdout);
  assert.deepEqual([left, agent], ['EACCES', 'EACCES']);
  assert.deepEqual(
    Object.values(rest),
    paths.map(() => 'ENOENT'),
  );
}

const isRoot = process.geteuid?.() === 0;

export const WALLS: Case[] = [
  {
    name: 'shows nothing of the host but libraries and what is mounted',
    async check(world) {
      if (world.sandbox.level === 'dagger') return await seesNothingOfTheEngine(world);
      const paths = ['/etc/passwd', '/root', '/home', '/proc', '/sys', '/usr/bin', '/var', '/host', world.folder];
      const steps = Object.fromEntries(paths.map((path) => [path, `fs.statSync(${JSON.stringify(path)}).size`]));
      const others = { '..': "fs.readdirSync('/../../').join()", shm: "fs.realpathSync('/dev/shm')" };
      const { stdout } = await runScript(world, tries({ ...steps, ...others }));
      const { '..': root, shm, ...rest } = parse(stdout);
      assert.equal(shm, '/tmp');
      assert.deepEqual(
        Object.values(rest),
        paths.map(() => 'ENOENT'),
      );
      assert.match(String(root), /^dev,lib(,lib32)?(,lib64)?,out,sandbox,src,tmp,usr$/);
    },
  },
  {
    name: 'inherits no environment and runs as no privileged user',
    async check(world) {
      process.env['CERTUS_CANARY'] = 'leak';
      const { stdout } = await runScript(world, tries({ env: 'process.env', uid: 'process.getuid()' }), {
        env: { A: "b 'c'" },
      });
      delete process.env['CERTUS_CANARY'];
      const { env, uid } = parse(stdout);
      assert.deepEqual(env, { A: "b 'c'", PWD: '/src' });
      if (isRoot) assert.ok(Number(uid) >= 61184, `uid ${uid}`);
    },
  },
  {
    name: 'cannot write the source, the programs, or anything outside its output',
    async check(world) {
      const paths = ['/src/job.cjs', '/src/new', '/new', '/sandbox/node', '/dev/new', '/usr/lib/new', '/out/../new'];
      const steps = Object.fromEntries(paths.map((path) => [path, `fs.appendFileSync(${JSON.stringify(path)}, 'x')`]));
      const extra = {
        chmod: "fs.chmodSync('/src/job.cjs', 0o777)",
        unlink: "fs.unlinkSync('/src/job.cjs')",
        ok: "fs.writeFileSync('/out/ok', 'x')",
      };
      const { stdout, out } = await runScript(world, tries({ ...steps, ...extra }));
      const { ok, ...refused } = parse(stdout);
      assert.equal(ok, 'done');
      for (const [path, code] of Object.entries(refused))
        assert.match(String(code), /^(EROFS|EACCES|EPERM|ETXTBSY)$/, path);
      assert.equal(readFileSync(join(out, 'ok'), 'utf8'), 'x');
    },
  },
  {
    name: 'reaches no network, not even a server on the host',
    async check(world) {
      let reached = 0;
      const server = createServer(() => (reached += 1));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : 0;
      const script = `
        const net = require('node:net'), dgram = require('node:dgram');
        const seen = [];
        for (const host of ['127.0.0.1', '192.0.2.1', '::1']) {
          const socket = net.connect(${port}, host);
          socket.on('connect', () => seen.push('connected')).on('error', (e) => { seen.push(e.code); if (seen.length === 4) console.log(seen.join()) });
        }
        const udp = dgram.createSocket('udp4');
        udp.on('error', (e) => { seen.push(e.code); if (seen.length === 4) console.log(seen.join()) });
        udp.send('x', ${port}, '192.0.2.1', (e) => { if (e) udp.emit('error', e); else udp.close() });`;
      const { stdout } = await runScript(world, script, { limits: { wallSeconds: 5 } });
      server.close();
      assert.equal(reached, 0);
      assert.match(stdout, /^((EPERM|EACCES|ECONNREFUSED|ENETUNREACH|EADDRNOTAVAIL|ENOTFOUND|EAFNOSUPPORT),?){4}$/m);
    },
  },
  {
    name: 'sees no process of the host and gets no open file of the set-up',
    async check(world) {
      const fds = `Array.from({ length: 40 }, (_, fd) => { try { const s = fs.fstatSync(fd); return s.isSocket() || s.isFile() || s.isDirectory() ? fd : -1 } catch { return -1 } }).filter((fd) => fd > 2 && fd < 40).join()`;
      const { stdout } = await runScript(
        world,
        tries({ host: `process.kill(${process.pid}, 0)`, pid: 'process.pid', fds }),
      );
      const { host, pid, fds: open } = parse(stdout);
      assert.equal(host, 'ESRCH');
      // The agent's threads have numbers in a container too.
      assert.ok(Number(pid) < (world.sandbox.level === 'dagger' ? 100 : 20), `pid ${pid}`);
      assert.equal(open, '');
    },
  },
  {
    name: 'has no capability, cannot gain one, and has the filter where there is one',
    async check(world) {
      const token = `caps-${process.pid}-${world.sandbox.level}`;
      const stop = new AbortController();
      const done = runScript(
        world,
        "require('node:fs').writeFileSync('/out/up', ''); setInterval(() => {}, 1000)",
        { args: [token] },
        stop.signal,
      );
      const jobs = () => jailedWith(token);
      await until(() => jobs().length > 0, 'the job runs').finally(() => setImmediate(() => stop.abort()));
      const status = textOf(`/proc/${jobs()[0]}/status`);
      await done;
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
        assert.match(status, new RegExp(`${set}:\\s+0+\\n`), set);
      assert.match(status, /NoNewPrivs:\s+1\n/);
      if (world.sandbox.enforcement.syscalls !== 'declared') assert.match(status, /Seccomp:\s+2\n/);
    },
  },
  {
    name: 'cannot make namespaces or mounts',
    async check(world) {
      const tools = (['unshare', 'mount'] as const).map((name) => ({
        from: systemProgram(name) ?? '',
        to: `/tools/${name}`,
        access: 'read' as const,
      }));
      const run = (...argv: string[]) =>
        `cp.spawnSync(${JSON.stringify(argv[0])}, ${JSON.stringify(argv.slice(1))}).status`;
      const steps = {
        user: run('/tools/unshare', '-U', '/sandbox/node', '-e', '0'),
        mounts: run('/tools/unshare', '-m', '/sandbox/node', '-e', '0'),
        userMounts: run('/tools/unshare', '-Urm', '/sandbox/node', '-e', '0'),
        mount: run('/tools/mount', '-t', 'tmpfs', 'x', '/tmp'),
        works: run('/tools/unshare', '--version'),
      };
      const { stdout } = await runScript(world, tries(steps), { mounts: tools });
      const { works, ...refused } = parse(stdout);
      assert.equal(works, 0);
      assert.ok(
        Object.values(refused).every((status) => typeof status === 'number' && status > 0),
        stdout,
      );
    },
  },
  {
    name: 'reads a tree as its owner when asked to, and then has no more rights than that',
    async check(world) {
      const tree = join(world.folder, 'tree');
      mkdirSync(tree, { mode: 0o700 });
      writeFileSync(join(tree, 'f'), 'owned', { mode: 0o600 });
      const steps = { read: "fs.readFileSync('/tree/f', 'utf8')", write: "fs.writeFileSync('/tree/f', 'x')" };
      const mounts = [{ from: tree, to: '/tree', access: 'read' as const }];
      const { stdout } = await runScript(world, tries(steps), { mounts, asOwnerOf: tree });
      assert.deepEqual(parse(stdout), { read: 'owned', write: 'EROFS' });
      const private_ = await runScript(world, tries(steps), { mounts });
      assert.equal(parse(private_.stdout)['read'], isRoot ? 'EACCES' : 'owned');
    },
  },
  {
    name: 'gives what the job left to the caller, without set-uid bits, in folders that can be entered',
    async check(world) {
      const script = `const fs = require('node:fs'); fs.mkdirSync('/out/d'); fs.writeFileSync('/out/d/f', 'x'); fs.chmodSync('/out/d/f', 0o4755); fs.symlinkSync('/etc/passwd', '/out/l'); fs.chmodSync('/out/d', 0)`;
      const { out, result } = await runScript(world, script);
      assert.deepEqual(result.end, { kind: 'exited', exitCode: 0 });
      const file = statSync(join(out, 'd/f'));
      assert.deepEqual([file.uid, file.mode & 0o7000], [process.geteuid?.(), 0]);
    },
  },
  {
    name: 'hands over standard input and nothing when there is none',
    async check(world) {
      const echo = "process.stdout.write(require('node:fs').readFileSync(0))";
      assert.equal((await runScript(world, echo)).stdout, '');
      const path = join(world.folder, 'stdin');
      writeFileSync(path, 'given');
      const stdin = openSync(path, 'r');
      const { stdout } = await runScript(world, echo, { stdin });
      closeSync(stdin);
      assert.equal(stdout, 'given');
    },
  },
];
