import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ECOSYSTEMS } from '../../../src/core/advisories/kind.js';
import { foldOf } from '../../../src/core/advisories/names.js';

const same = (ecosystem: string, ...names: string[]): boolean =>
  new Set(names.map((name) => foldOf(ecosystem)?.(name))).size === 1;

describe('names of packages', () => {
  it.each(['npm', 'Go', 'Maven', 'crates.io', 'constructor', ''])(
    'are compared letter by letter in "%s"',
    (ecosystem) => {
      expect(foldOf(ecosystem)).toBeUndefined();
    },
  );

  it.each(['NuGet', 'Packagist'])('are the same in any case in %s, and no more than that', (ecosystem) => {
    expect(same(ecosystem, 'Acme.Lib/x', 'acme.lib/X', 'ACME.LIB/X')).toBe(true);
    expect(same(ecosystem, 'ask', 'a\u017f\u212a')).toBe(true);
    expect(same(ecosystem, 'acme.lib', 'acme-lib')).toBe(false);
  });

  it.each([
    'https://github.com/acme/lib',
    'https://GitHub.com/Acme/Lib.git',
    'https://github.com/acme/lib.git/',
    'https://github.com:443/acme/lib?a#b',
    'https://someone@www.github.com//acme/./x/../lib',
    'https://github.com/%61cme/%4Cib',
    'git@github.com:acme/lib',
    'ssh://git@github.com:22/acme/lib.git',
    'ssh://git@ssh.github.com:443/acme/lib.git',
    'https://github.com./acme/lib',
    'https://user:p@ss@github.com/acme/lib',
    ' https://github.com/acme/lib ',
    'http+git2://github.com/acme/lib',
  ])('of Swift are addresses of a repository: %s', (address) => {
    expect(same('SwiftURL', address, 'github.com/acme/lib')).toBe(true);
  });

  it('of Swift differ where their owner or name does', () => {
    for (const other of ['github.com/acme/lib2', 'github.com/acm/lib', 'github.com/lib'])
      expect(same('SwiftURL', other, 'github.com/acme/lib')).toBe(false);
  });

  it('fold into a form that folds into itself, whatever they are', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ECOSYSTEMS), fc.string({ unit: 'binary' }), (ecosystem, name) => {
        const fold = foldOf(ecosystem);
        if (fold === undefined || ecosystem === 'SwiftURL') return;
        expect(fold(fold(name))).toBe(fold(name));
        expect(fold(name.toLowerCase())).toBe(fold(name));
      }),
    );
  });
});
