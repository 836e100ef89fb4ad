import { chmodSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/lib/digest.js';
import { checkBinary } from '../../../src/core/toolchain/operator-binary.js';
import { temporaryFolder } from '../../support/scan.js';

function setting() {
  const folder = realpathSync(temporaryFolder());
  for (const name of ['bin', 'source']) mkdirSync(join(folder, name));
  for (const path of ['bin/tool', 'source/tool']) writeFileSync(join(folder, path), 'program');
  chmodSync(join(folder, 'bin/tool'), 0o755);
  symlinkSync('tool', join(folder, 'bin/link'));
  symlinkSync('bin', join(folder, 'linked'));
  return folder;
}

describe('checkBinary', () => {
  it.each([
    ['bin/none', /is not there/],
    ['bin', /no plain file/],
    ['bin/link', /through a link/],
    ['linked/tool', /through a link/],
    ['source/tool', /inside the source/],
  ])('refuses %s', async (path, message) => {
    const folder = setting();
    const checked = checkBinary(
      'tool',
      { path: join(folder, path), sha256: sha256('program') },
      join(folder, 'source'),
    );
    await expect(checked).rejects.toMatchObject({
      name: 'Refusal',
      code: 'policy',
      message: expect.stringMatching(message),
    });
  });

  it('notices other bytes, and takes the right ones', async () => {
    const path = join(setting(), 'bin/tool');
    await expect(checkBinary('tool', { path, sha256: '0'.repeat(64) }, undefined)).rejects.toMatchObject({
      code: 'digest',
    });
    await checkBinary('tool', { path, sha256: sha256('program') }, undefined);
  });
});
