import { describe, expect, it } from 'vitest';
import type { ToolEntry, ToolLock } from '../../../src/core/plan/lock.js';
import type { InstalledSupplier } from '../../../src/core/plan/supplier.js';
import { toolState } from '../../../src/core/plan/tool-state.js';
import { run, toolOf } from '../toolchain/support.js';

const FILES = 'a'.repeat(64);
const HOST = { platform: 'linux-x64', python: 'python3.11' };
const sha = `sha256-${'b'.repeat(64)}`;

const pypi = {
  kind: 'pypi',
  package: 'Demo.Tool[toml]',
  version: '1.0',
  requires: ['helper==2.0'],
  run: run('python', 'd:main'),
};
const entry: ToolEntry = {
  supplier: 'pypi',
  version: '1.0',
  platform: 'linux-x64',
  interpreter: 'python3.11',
  artifacts: [
    { name: 'demo-tool', version: '1.0', integrity: sha },
    { name: 'helper', version: '2.0', integrity: sha },
  ],
  files: FILES,
  size: 1,
};

function stateOf(supplier: object, change: Partial<ToolEntry> = {}, host = HOST, installed = [FILES]) {
  const tool = toolOf('demo', supplier);
  const lock: ToolLock = { schemaVersion: 1, tool: 'demo', entries: [{ ...entry, ...change }] };
  return toolState(tool, tool.suppliers[0] as InstalledSupplier, lock, host, new Set(installed));
}

const go = {
  kind: 'go',
  package: 'example.org/x/cmd/x',
  version: 'v1.2.3',
  toolchain: 'go1.26.8',
  run: run('none', 'bin/x'),
};
const goEntry: Partial<ToolEntry> = {
  supplier: 'go',
  version: 'v1.2.3',
  interpreter: null,
  toolchain: 'go1.26.8',
  artifacts: [{ name: 'example.org/x', version: 'v1.2.3', integrity: 'h1:aaaa' }],
};
const npm = { kind: 'npm', package: '@a/b', version: '1.0', run: run('node', 'x.js') };
const release = {
  kind: 'release',
  project: 'https://example.org/x',
  version: '1.0',
  archives: { 'linux-x64': { url: 'https://example.org/x', sha256: 'b'.repeat(64) } },
  run: run('none', 'bin/x'),
};

describe('toolState', () => {
  it.each([
    ['nothing for the machine', pypi, {}, { ...HOST, platform: 'linux-arm64' }],
    ['nothing for the interpreter', pypi, {}, { ...HOST, python: 'python3.12' }],
    ['another version', { ...pypi, version: '1.1' }, {}, HOST],
    ['another supplier', pypi, { supplier: 'npm' as const }, HOST],
    ['another package', { ...pypi, package: 'demo-tools' }, {}, HOST],
    ['another further package', { ...pypi, requires: ['helper==2.1'] }, {}, HOST],
    ['one more package', { ...pypi, requires: ['helper==2.0', 'more==1'] }, {}, HOST],
    ['another module', { ...go, package: 'example.org/xx/cmd/x' }, goEntry, HOST],
    ['another toolchain', { ...go, toolchain: 'go1.26.9' }, goEntry, HOST],
    ['another npm package', { ...npm, package: '@a/c' }, { supplier: 'npm' as const, interpreter: 'node' }, HOST],
    [
      'another archive',
      release,
      {
        supplier: 'release' as const,
        interpreter: null,
        artifacts: [{ name: 'x', version: '1.0', integrity: `sha256-${'c'.repeat(64)}` }],
      },
      HOST,
    ],
  ])('is unlocked when the lock has %s', (_name, supplier, change, host) => {
    const state = stateOf(supplier, change, host);
    expect(state).toMatchObject({ state: 'unlocked', problem: { remedy: expect.stringContaining('tools lock demo') } });
  });

  it('is missing when it is not in the store', () => {
    expect(stateOf(pypi, {}, HOST, [])).toMatchObject({
      state: 'missing',
      entry: { files: FILES },
      problem: { message: 'demo is not installed', remedy: expect.stringContaining('tools install demo') },
    });
  });

  it.each([
    ['pypi', pypi, {}],
    ['pypi for any machine', pypi, { platform: 'any' as const }],
    ['go', go, goEntry],
    [
      'npm',
      npm,
      {
        supplier: 'npm' as const,
        interpreter: 'node',
        artifacts: [{ name: '@a/b', version: '1.0', integrity: 'sha512-a' }],
      },
    ],
    [
      'release',
      release,
      { supplier: 'release' as const, interpreter: null, artifacts: [{ name: 'x', version: '1.0', integrity: sha }] },
    ],
  ])('is installed: %s', (_name, supplier, change) => {
    expect(stateOf(supplier, change)).toMatchObject({ state: 'installed', entry: { files: FILES } });
  });
});
