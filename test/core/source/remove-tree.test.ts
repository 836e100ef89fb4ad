import { chmodSync, existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeTree } from '../../../src/core/source/remove-tree.js';

const root = mkdtempSync(join(tmpdir(), 'remove-test-'));

describe('removing a tree', () => {
  it('does not follow links, and leaves what is beside', async () => {
    mkdirSync(join(root, 'kept'));
    writeFileSync(join(root, 'kept/file'), '');
    mkdirSync(join(root, '-rf x/deep/er'), { recursive: true });
    symlinkSync('../kept', join(root, '-rf x/link'));
    writeFileSync(join(root, '-rf x/deep/-i\n'), '');
    chmodSync(join(root, '-rf x/deep'), 0o700);
    await removeTree(join(root, '-rf x'));
    expect(existsSync(join(root, '-rf x'))).toBe(false);
    expect(existsSync(join(root, 'kept/file'))).toBe(true);
  });

  it('reaches below paths that are longer than the system takes', async () => {
    const deep = join(root, 'deep');
    mkdirSync(deep);
    const cwd = process.cwd();
    try {
      process.chdir(deep);
      for (let i = 0; i < 30; i++) {
        mkdirSync('x'.repeat(200));
        process.chdir('x'.repeat(200));
      }
    } finally {
      process.chdir(cwd);
    }
    await removeTree(deep);
    expect(existsSync(deep)).toBe(false);
  });

  it('is content with nothing', async () => {
    await expect(removeTree(join(root, 'absent'))).resolves.toBeUndefined();
  });
});
