import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeField, hostMounts, lockedOptions } from '../../../../src/core/lib/sandbox/mount-table.js';
import { quote } from '../../../../src/core/lib/sandbox/namespaces.js';

const TABLE = `22 1 0:1 / / rw,relatime - ext4 /dev/a rw
23 22 0:2 / /mnt/a\\040b rw,nosuid,noexec,noatime - tmpfs t rw
24 22 0:2 / /mnt/a\\040b/c rw - tmpfs t rw
broken line`;

describe('the mount table', () => {
  it('unescapes mount points and finds the options of the mount that is seen', () => {
    const mounts = hostMounts(TABLE);
    expect(mounts.map(({ at }) => at)).toEqual(['/', '/mnt/a b', '/mnt/a b/c']);
    expect(lockedOptions('/mnt/a b/x', mounts)).toEqual(['noexec', 'noatime']);
    expect(lockedOptions('/mnt/a bc', mounts)).toEqual(['relatime']);
    expect(lockedOptions('/mnt/a b/c/d', mounts)).toEqual([]);
  });

  it('writes any path as one field of one line, and reads it back', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: fc.constantFrom('a', ' ', '\t', '\n', '\\', '#', '0', '4') }),
        (name) => {
          const field = escapeField(`/${name}`);
          expect(field).not.toMatch(/[\s#]/);
          expect(hostMounts(`1 1 0:1 / ${field} rw - x x rw`)[0]?.at).toBe(`/${name}`);
        },
      ),
    );
  });
});

describe.skipIf(process.platform === 'win32')('quoting for sh (skipped on Windows)', () => {
  it('keeps every word as it is', () => {
    const words = ["a'b", "''", '$(id)', '`id`', 'a\nb', '\\', '-n', ' ', '*', '~', '"', '!x'];
    const output = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${words.map(quote).join(' ')}`], {
      encoding: 'utf8',
    });
    expect(output.split('\0').slice(0, -1)).toEqual(words);
  });
});
