import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { packFiles, plainFiles, unpackFiles } from '../../../../src/core/lib/sandbox/plain-files.js';

const root = mkdtempSync(join(tmpdir(), 'plain-files-test-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('a packed list of files', () => {
  it.each(['1 a', '1 a\0x', 'a\0', '-1 a\0', '1.5 a\0', '1 \0', '\0', '9007199254740993 a\0'])(
    'is refused when it is none: %j',
    (text) => {
      expect(() => unpackFiles(Buffer.from(text, 'latin1'))).toThrow('a list of files');
    },
  );

  it('comes back as it was, whatever the names', () => {
    const path = fc.string({
      unit: fc.integer({ min: 1, max: 255 }).map((byte) => String.fromCharCode(byte)),
      minLength: 1,
    });
    const files = fc.array(fc.tuple(path, fc.integer({ min: 0, max: 2 ** 40 }))).map((entries) => new Map(entries));
    fc.assert(
      fc.property(files, (all) => {
        expect(unpackFiles(packFiles(all))).toEqual(all);
      }),
    );
  });
});

describe('the plain files of a folder', () => {
  it('are no links, no files with two names, and nothing behind a link', () => {
    mkdirSync(join(root, 'a/b'), { recursive: true });
    mkdirSync(join(root, 'elsewhere'));
    writeFileSync(join(root, 'elsewhere/key'), 'k');
    symlinkSync(join(root, 'elsewhere'), join(root, 'a/away'));
    symlinkSync('b', join(root, 'a/link'));
    writeFileSync(join(root, 'a/two'), '');
    linkSync(join(root, 'a/two'), join(root, 'a/names'));
    writeFileSync(join(root, 'a/b/é'), 'text');
    writeFileSync(Buffer.concat([Buffer.from(join(root, 'a/')), Buffer.from([0xff])]), '');
    expect(plainFiles(join(root, 'a'))).toEqual(
      new Map([
        [Buffer.from('b/é').toString('latin1'), 4],
        ['\xff', 0],
      ]),
    );
  });
});
