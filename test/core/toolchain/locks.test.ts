import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ToolEntry, ToolLock } from '../../../src/core/plan/lock.js';
import { modulesOf } from '../../../src/core/toolchain/go-binary.js';
import { lockText, lockTool, withEntry } from '../../../src/core/toolchain/lock-tools.js';
import { artifactsOf, withoutAddresses } from '../../../src/core/toolchain/package-lock.js';
import { temporaryFolder } from '../../support/scan.js';
import { portsFor, run, toolOf } from './support.js';

const lockfile = (packages: object, more: object = {}): string =>
  JSON.stringify({
    name: 'tool',
    lockfileVersion: 3,
    requires: true,
    packages: { '': { name: 'tool' }, ...packages },
    ...more,
  });
const fixed = { version: '1.0.0', integrity: 'sha512-aaaa==' };

describe("npm's lockfile", () => {
  it.each([
    ['a package from git', { 'node_modules/a': { ...fixed, resolved: 'git+ssh://git@github.com/a/a.git#1' } }],
    ['a package from a folder', { 'node_modules/a': { ...fixed, resolved: 'file:../a' } }],
    ['a link', { 'node_modules/a': { resolved: '../a', link: true } }],
    ['a weak hash', { 'node_modules/a': { version: '1.0.0', integrity: 'sha1-aaaa' } }],
    ['no hash', { 'node_modules/a': { version: '1.0.0' } }],
  ])('is refused for %s', (_name, packages) => {
    expect(() => withoutAddresses(lockfile(packages))).toThrow(/node_modules\/a is not fixed/);
  });

  it.each(['', '[]', lockfile({}, { lockfileVersion: 1 })])('is refused when it is none: %j', (text) => {
    expect(() => withoutAddresses(text)).toThrow();
  });

  it('loses its addresses, and says what is installed', () => {
    const lock = withoutAddresses(
      lockfile({
        'node_modules/b': {
          ...fixed,
          resolved: 'https://me:secret@example.org/b.tgz',
          funding: 'x',
          bin: { b: 'b.js' },
        },
        'node_modules/b/node_modules/@s/a': { ...fixed, version: '2.0.0' },
        'node_modules/alias': { ...fixed, name: 'real' },
        'node_modules/c': { ...fixed, optional: true },
        'node_modules/d': { ...fixed, dev: true },
        'node_modules/b/node_modules/bundled': { version: '1.0.0', inBundle: true },
      }),
    );
    expect(JSON.stringify(lock)).not.toMatch(/example|secret|funding/);
    expect(artifactsOf(lock).map(({ name, version }) => `${name}@${version}`)).toEqual([
      '@s/a@2.0.0',
      'b@1.0.0',
      'real@1.0.0',
    ]);
  });
});

const GO =
  '/x/bin/tool: go1.26.8\n\tpath\texample.org/tool\n\tmod\texample.org/tool\tv1.0.0\th1:aaaa=\n\tdep\texample.org/dep\tv2.0.0\th1:bbbb=\n\tbuild\tCGO_ENABLED=0\n';

describe('modules of a Go program', () => {
  it.each([
    ['nothing', ''],
    ['a module without checksum', GO.replace('\th1:bbbb=', '\t')],
    ['a replaced module', GO.replace('\tbuild', '\t=>\t./local\t(devel)\t\n\tbuild')],
    ['a main module that was not fetched', GO.replace('v1.0.0\th1:aaaa=', '(devel)\t')],
  ])('are refused for %s', (_name, text) => {
    expect(() => modulesOf(text)).toThrow();
  });

  it('are read with their checksums', () => {
    expect(modulesOf(GO)).toEqual([
      { name: 'example.org/tool', version: 'v1.0.0', integrity: 'h1:aaaa=' },
      { name: 'example.org/dep', version: 'v2.0.0', integrity: 'h1:bbbb=' },
    ]);
  });
});

const entry: ToolEntry = {
  supplier: 'pypi',
  version: '1.0',
  platform: 'linux-x64',
  interpreter: 'python3.11',
  artifacts: [{ name: 'demo', version: '1.0', integrity: `sha256-${'0'.repeat(64)}` }],
  files: '1'.repeat(64),
  size: 1,
};
const pypi = { kind: 'pypi', package: 'demo', version: '1.0', run: run('python', 'demo:main') };

describe('a lock file', () => {
  it('keeps what other machines locked, and drops what fits the tool file no more', () => {
    const others: ToolEntry[] = [
      { ...entry, platform: 'darwin-arm64' },
      { ...entry, interpreter: 'python3.12' },
      { ...entry, files: '2'.repeat(64) },
      { ...entry, version: '0.9', platform: 'linux-arm64' },
      { ...entry, supplier: 'npm' },
    ];
    const lock: ToolLock = { schemaVersion: 1, tool: 'demo', entries: others };
    const { entries } = withEntry(lock, entry, toolOf('demo', pypi));
    expect(entries).toEqual([others[0], entry, others[1]]);
  });

  it('is the same text whatever the order of its members', () => {
    const text = lockText({ schemaVersion: 1, tool: 'demo', entries: [entry] });
    const turned = Object.fromEntries(Object.entries(entry).reverse());
    expect(lockText({ entries: [turned as ToolEntry], tool: 'demo', schemaVersion: 1 })).toBe(text);
    expect(text.startsWith('{\n  "entries": [\n    {\n      "artifacts"')).toBe(true);
    expect(text.endsWith('\n}\n')).toBe(true);
  });

  it('is not written over when it is broken, or of another tool', async () => {
    const folder = temporaryFolder();
    for (const text of ['{', JSON.stringify({ schemaVersion: 1, tool: 'other', entries: [] })]) {
      writeFileSync(join(folder, 'demo.lock'), text);
      await expect(lockTool(toolOf('demo', pypi), [], folder, portsFor(folder))).rejects.toMatchObject({
        name: 'Refusal',
      });
      expect(readFileSync(join(folder, 'demo.lock'), 'utf8')).toBe(text);
    }
  });
});
