import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeProgram } from '../../../src/core/lib/sandbox/programs.js';
import type { InstalledSupplier } from '../../../src/core/plan/supplier.js';
import { defaultPolicy } from '../../../src/core/policy/default.js';
import { installTools } from '../../../src/core/toolchain/install.js';
import { lockTool } from '../../../src/core/toolchain/lock-tools.js';
import { machine, portsFor, run, toolOf } from '../../core/toolchain/support.js';
import { temporaryFolder } from '../../support/scan.js';

const TOOLS: [string, object, (root: string) => string[]][] = [
  [
    'bandit',
    { kind: 'pypi', package: 'bandit', version: '1.9.4', run: run('python', 'bandit.cli.main:main') },
    (root) => [`/usr/bin/${machine.python}`, '-I', '-B', '-S', '-X', 'utf8', join(root, 'entry.py'), '--version'],
  ],
  [
    'retire-js',
    { kind: 'npm', package: 'retire', version: '5.7.0', run: run('node', 'node_modules/retire/lib/cli.js') },
    (root) => [nodeProgram(), join(root, 'node_modules/retire/lib/cli.js'), '--version'],
  ],
  [
    'actionlint',
    {
      kind: 'go',
      package: 'github.com/rhysd/actionlint/cmd/actionlint',
      version: 'v1.7.12',
      toolchain: 'go1.26.8',
      run: run('none', 'bin/actionlint'),
    },
    (root) => [join(root, 'bin/actionlint'), '--version'],
  ],
];

describe('from its registry', () => {
  it.each(TOOLS)(
    '%s is the same each time, starts, and is noticed when a byte changes',
    async (id, supplier, start) => {
      const tool = toolOf(id, supplier);
      const suppliers = tool.suppliers.filter((one): one is InstalledSupplier => one.kind !== 'embedded');
      const folder = temporaryFolder();
      const [locking, installing] = ['one', 'two'].map((name) => portsFor(join(folder, name), process.env));
      if (locking === undefined || installing === undefined) throw new Error('unreachable');
      const lock = await lockTool(tool, suppliers, folder, locking);
      const request = { tools: [tool], locks: new Map([[id, lock]]), policy: defaultPolicy(), offline: false };
      expect(await installTools(request, installing)).toMatchObject([{ state: 'installed' }]);
      expect(await installTools({ ...request, offline: true }, installing)).toMatchObject([{ state: 'present' }]);

      const { root, files, digest } = await installing.store.check(lock.entries[0]?.files ?? '', id);
      const [program = '', ...args] = start(root);
      expect(execFileSync(program, args, { cwd: '/', env: { HOME: '/tmp' }, encoding: 'utf8' })).toMatch(
        /\d+\.\d+\.\d+/,
      );

      const [path = ''] = files.keys();
      const bytes = readFileSync(join(root, path));
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      chmodSync(join(root, path), 0o755);
      writeFileSync(join(root, path), bytes);
      await expect(installing.store.check(digest, id)).rejects.toThrow(`${id}: ${path} was changed`);
    },
  );
});
