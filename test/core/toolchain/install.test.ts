import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/lib/digest.js';
import { pythonProgram } from '../../../src/core/lib/machine.js';
import type { ToolLock } from '../../../src/core/plan/lock.js';
import type { InstalledSupplier } from '../../../src/core/plan/supplier.js';
import { defaultPolicy, readPolicy } from '../../../src/core/policy/default.js';
import { installTools } from '../../../src/core/toolchain/install.js';
import { lockTool } from '../../../src/core/toolchain/lock-tools.js';
import { temporaryFolder } from '../../support/scan.js';
import { type Index, serveIndex } from './index-server.js';
import { hasPip, machine, portsFor, run, toolOf, wheel } from './support.js';

const MAIN = 'import helper, sys\ndef main():\n    print(helper.WORD, sys.argv[1:])\n    return 7\n';
const DEMO = 'demo_tool-1.0-py3-none-any.whl';
const HELPER = 'helper-2.0-py3-none-any.whl';
const WHEELS = {
  [DEMO]: wheel('demo_tool', '1.0', { 'demo_tool/__init__.py': MAIN }, { requires: ['helper>=1'] }),
  [HELPER]: wheel('helper', '2.0', { 'helper.py': 'WORD = "helped"\n' }),
};
const PYPI = { kind: 'pypi', package: 'demo-tool', version: '1.0', run: run('python', 'demo_tool:main') };
const TOOL = toolOf('demo', PYPI);
const policy = defaultPolicy();

const suppliersOf = (tool: typeof TOOL): InstalledSupplier[] =>
  tool.suppliers.filter((one): one is InstalledSupplier => one.kind !== 'embedded');

/** pip is not part of Python everywhere; where it is missing these tests say that they were skipped. */
describe.skipIf(!hasPip)('with pip and an index on loopback', () => {
  let index: Index;
  let lock: ToolLock;
  const locks = () => new Map([['demo', lock]]);
  const request = () => ({ tools: [TOOL], locks: locks(), policy, offline: false });

  beforeAll(async () => {
    index = await serveIndex(WHEELS);
    const folder = temporaryFolder();
    lock = await lockTool(TOOL, suppliersOf(TOOL), folder, portsFor(folder, index.env));
  });

  /** A new machine, whose index serves other bytes under a name. */
  async function installWith(name: string, bytes: Buffer, hash?: string) {
    const [file, before] = [index.files.get(name) ?? Buffer.alloc(0), index.hashes.get(name)];
    index.files.set(name, bytes);
    if (hash !== undefined) index.hashes.set(name, hash);
    const ports = portsFor(temporaryFolder(), index.env);
    try {
      const [result] = await installTools(request(), ports);
      return { result, ports };
    } finally {
      index.files.set(name, file);
      if (before === undefined) index.hashes.delete(name);
    }
  }

  it.each([
    ['and says so', undefined],
    ['under the locked hash', sha256(WHEELS[HELPER])],
  ])('keeps nothing when the registry has other bytes %s', async (_name, hash) => {
    const evil = wheel('helper', '2.0', { 'helper.py': 'WORD = "evil"\n' });
    const { result, ports } = await installWith(HELPER, evil, hash);
    expect(result).toMatchObject({ tool: 'demo', state: 'failed' });
    expect(result?.problem?.message).toMatch(/^demo: pip download ended with exit code 1: .*(HASH|hash)/i);
    expect(await ports.store.installed()).toEqual(new Set());
    expect(readdirSync(join(ports.store.folder, '.incoming'))).toEqual([]);
  });

  it('does not fetch what is not locked', async () => {
    const before = index.asked.length;
    const more = 'sneaky-1.0-py3-none-any.whl';
    index.files.set(more, wheel('sneaky', '1.0', { 'sneaky.py': '' }));
    const { result } = await installWith(DEMO, WHEELS[DEMO]);
    index.files.delete(more);
    expect(result?.state).toBe('installed');
    expect(index.asked.slice(before).filter((path) => path.includes('sneaky'))).toEqual([]);
  });

  it('refuses a source distribution', async () => {
    const only = await serveIndex({ 'other-1.0.tar.gz': Buffer.from('no wheel') });
    const tool = toolOf('other', { ...PYPI, package: 'other' });
    const folder = temporaryFolder();
    await expect(lockTool(tool, suppliersOf(tool), folder, portsFor(folder, only.env))).rejects.toThrow(/pip download/);
  });

  it('takes no settings from the folder it is started in, nor from the environment but by name', async () => {
    const cwd = process.cwd();
    const hostile = temporaryFolder();
    writeFileSync(join(hostile, 'pip.py'), 'raise SystemExit("hostile")');
    writeFileSync(join(hostile, 'pip.conf'), '[global]\nindex-url = http://127.0.0.1:1/\n');
    process.chdir(hostile);
    try {
      const env = { ...index.env, PYTHONPATH: hostile, PIP_NO_BINARY: ':all:', PIP_TARGET: hostile, PIP_PRE: '1' };
      const [result] = await installTools(request(), portsFor(temporaryFolder(), env));
      expect(result?.state).toBe('installed');
    } finally {
      process.chdir(cwd);
    }
  });

  it('names both digests when what was made is not what is locked', async () => {
    const entries = lock.entries.map((entry) => ({ ...entry, files: '0'.repeat(64) }));
    const ports = portsFor(temporaryFolder(), index.env);
    const [result] = await installTools({ ...request(), locks: new Map([['demo', { ...lock, entries }]]) }, ports);
    expect(result?.state).toBe('failed');
    expect(result?.problem?.message).toContain(lock.entries[0]?.files);
    expect(result?.problem?.message).toContain('0'.repeat(64));
    expect(await ports.store.installed()).toEqual(new Set());
  });

  it('ends with its processes when it is cancelled, and leaves nothing', async () => {
    const slow = await serveIndex(WHEELS);
    const controller = new AbortController();
    const ports = { ...portsFor(temporaryFolder(), slow.env), signal: controller.signal };
    const waiting = installTools(request(), { ...ports, onEvent: () => controller.abort(new Error('stop')) });
    await expect(waiting).rejects.toThrow('stop');
    expect(readdirSync(ports.store.folder)).toEqual(['.incoming']);
    expect(readdirSync(join(ports.store.folder, '.incoming'))).toEqual([]);
  });

  it('only tells what is missing when it may not fetch', async () => {
    const ports = portsFor(temporaryFolder(), index.env);
    const before = index.asked.length;
    const [result] = await installTools({ ...request(), offline: true }, ports);
    expect(result).toMatchObject({ state: 'missing', problem: { message: 'demo is not installed' } });
    expect(index.asked.length).toBe(before);
  });

  it('installs what was locked, twice the same, and repairs what was changed', async () => {
    const ports = portsFor(temporaryFolder(), index.env);
    const both = await Promise.all([installTools(request(), ports), installTools(request(), ports)]);
    expect(both.flat().map(({ state }) => state)).toEqual(['installed', 'installed']);
    const digest = lock.entries[0]?.files ?? '';
    expect(await ports.store.installed()).toEqual(new Set([digest]));
    const file = join(ports.store.folder, digest, 'root/site/helper.py');
    chmodSync(file, 0o644);
    writeFileSync(file, 'WORD = "HELPED"\n');
    const [offline] = await installTools({ ...request(), offline: true }, ports);
    expect(offline?.state).toBe('missing');
    const [repaired] = await installTools(request(), ports);
    expect(repaired?.state).toBe('installed');
    const [present] = await installTools(request(), ports);
    expect(present?.state).toBe('present');
    expect(readFileSync(file, 'utf8')).toBe('WORD = "helped"\n');
  });

  it('makes an entry that starts isolated, from any folder', async () => {
    const ports = portsFor(temporaryFolder(), index.env);
    await installTools(request(), ports);
    const entry = join(ports.store.folder, lock.entries[0]?.files ?? '', 'root/entry.py');
    const hostile = temporaryFolder();
    writeFileSync(join(hostile, 'helper.py'), 'WORD = "hostile"\n');
    const args = ['-I', '-B', '-S', '-X', 'utf8', entry, 'a', 'b'];
    const started = () => execFileSync(pythonProgram() ?? '', args, { cwd: hostile, env: {}, encoding: 'utf8' });
    expect(started).toThrow(expect.objectContaining({ status: 7, stdout: "helped ['a', 'b']\n" }));
  });

  it('locks the whole tree, for any machine when it is code for Python alone', () => {
    expect(lock).toMatchObject({ schemaVersion: 1, tool: 'demo' });
    expect(lock.entries).toMatchObject([
      {
        supplier: 'pypi',
        version: '1.0',
        platform: 'any',
        interpreter: machine.python,
        artifacts: [
          { name: 'demo-tool', version: '1.0', file: DEMO, integrity: `sha256-${sha256(WHEELS[DEMO])}` },
          { name: 'helper', version: '2.0', file: HELPER, integrity: `sha256-${sha256(WHEELS[HELPER])}` },
        ],
      },
    ]);
  });

  describe("somebody else's package", () => {
    const program = 'bin/prog';
    const text = '#!/bin/sh\necho hello\n';
    const packed = wheel('packed', '1.0', { 'packed-1.0.data/scripts/prog': text });
    const packedTool = (official: string[]) =>
      toolOf('packed', {
        ...PYPI,
        package: 'packed',
        repacked: { of: 'https://example.org/prog', program, official },
        run: run('none', program),
      });
    const lockPacked = async () => {
      index.files.set('packed-1.0-py3-none-any.whl', packed);
      const folder = temporaryFolder();
      const tool = packedTool([]);
      return new Map([['packed', await lockTool(tool, suppliersOf(tool), folder, portsFor(folder, index.env))]]);
    };
    const allowing = readPolicy('schemaVersion: 1\nname: p\ntoolchain: { repacked: [packed] }\n', 'p.yaml');

    it.each([
      ['not known', [], policy, /Refusal: packed comes in somebody else's package/],
      ['another than the official one', ['1'.repeat(64)], policy, 'refused'],
      ['the official one', [sha256(text)], policy, 'installed'],
      ['allowed by the policy', [], allowing, 'installed'],
    ])('is used or refused when its program is %s', async (_name, official, chosen, expected) => {
      const ports = portsFor(temporaryFolder(), index.env);
      const tools = [packedTool(official)];
      const outcome = await installTools(
        { tools, locks: await lockPacked(), policy: chosen, offline: false },
        ports,
      ).then(([result]) => result?.state, String);
      if (typeof expected === 'string') expect(outcome).toBe(expected);
      else expect(outcome).toMatch(expected);
      expect((await ports.store.installed()).size).toBe(expected === 'installed' ? 1 : 0);
    });
  });
});

describe('installTools', () => {
  it('refuses a tool that nothing locks before anything is fetched', async () => {
    const ports = portsFor(temporaryFolder());
    const tools = [TOOL, toolOf('named')];
    const refused = installTools({ tools, locks: new Map(), policy, offline: false }, ports);
    await expect(refused).rejects.toMatchObject({
      name: 'Refusal',
      problems: [
        {
          message: expect.stringContaining('demo 1.0 is not locked'),
          remedy: expect.stringContaining('tools lock demo'),
        },
        { message: expect.stringContaining('named is known by name alone') },
      ],
    });
    expect(ports.events).toEqual([]);
  });

  it('installs nothing for an embedded tool and for a program of the operator', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'x'));
    const own = readPolicy(
      `schemaVersion: 1\nname: p\ntoolchain: { binaries: { demo: { path: /x, sha256: '${'0'.repeat(64)}', version: '1' } } }\n`,
      'p.yaml',
    );
    const embedded = toolOf('own', { kind: 'embedded', worker: 'own' });
    const request = { tools: [embedded, TOOL], locks: new Map(), policy: own, offline: false };
    expect(await installTools(request, portsFor(folder))).toEqual([]);
  });
});
