import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatcher } from '../../../src/core/lib/paths.js';
import { pathPattern, patternFlaw } from '../../../src/core/waivers/path-pattern.js';
import { growsLinearly } from '../lib/linear.js';

const matches = (pattern: string, path: string): boolean => pathPattern(pattern)(path);

describe('a pattern', () => {
  it.each([
    ['of many stars', (n: number) => matches(`${'*a'.repeat(100)}*b`, 'a'.repeat(n))],
    ['of many folders', (n: number) => matches(`${'**/a/'.repeat(100)}b`, 'a/'.repeat(n))],
    ['of both', (n: number) => matches(`${'**/*a*a/'.repeat(50)}b`, 'aaaa/'.repeat(n))],
  ])('%s takes no more time than path times pattern', (_, run) => {
    expect(growsLinearly(run, 20_000)).toBe(true);
  });

  it.each([
    ['a.py', 'b/a.py'],
    ['a.py', 'a.pyc'],
    ['a.py', 'axpy'],
    ['src/**', 'src'],
    ['src/**', 'srcs/a'],
    ['src/*', 'src/a/b'],
    ['src/*/x', 'src/x'],
    ['src/**/x', 'src/y/x/z'],
    ['a*a', 'a'],
    ['*ab*ab', 'xab'],
    ['a/**/b/**/c', 'a/c/b'],
    ['a/**/a', 'a'],
    ['[ab].py', 'a.py'],
    ['{a,b}.py', 'a.py'],
    ['!a.py', 'b.py'],
    ['?.py', 'a.py'],
  ])('%s does not match %s', (pattern, path) => {
    expect(matches(pattern, path)).toBe(false);
  });

  it.each([
    ['a.py', 'a.py'],
    ['app/[id]/(x)/{y}/!z/page?.tsx', 'app/[id]/(x)/{y}/!z/page?.tsx'],
    ['**/x.py', 'x.py'],
    ['**/x.py', 'a/b/x.py'],
    ['src/**', 'src/a/b.py'],
    ['src/**/b/*.py', 'src/b/c.py'],
    ['src/*_test.py', 'src/_test.py'],
    ['src/.*', 'src/.env'],
    ['src/*', 'src/.env'],
    ['src/*', 'src/line\nbreak'],
    ['a/**/b/**/c', 'a/b/b/x/c'],
  ])('%s matches %s', (pattern, path) => {
    expect(matches(pattern, path)).toBe(true);
  });

  it('means what the path rules of a policy mean, where both know it', () => {
    const part = fc.array(fc.constantFrom('a', 'b', '*', '.'), { minLength: 1, maxLength: 4 }).map((x) => x.join(''));
    const folder = fc.oneof(part, fc.constant('**'));
    const pattern = fc
      .tuple(fc.array(folder, { maxLength: 4 }), part)
      .map(([folders, name]) => [...folders, name].join('/').replace(/\*{2,}(?=[^/*])|(?<=[^/*])\*{2,}/g, '*'));
    const name = fc.array(fc.constantFrom('a', 'b', '.'), { minLength: 1, maxLength: 3 }).map((x) => x.join(''));
    const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => names.join('/'));
    // To picomatch `a/**` is also `a` itself.
    const below = (text: string) => text.replace(/\/\*\*$/, '/**/*');
    const sound = (text: string) => text.split('/').every((one) => !/^\.+$/.test(one));
    const pairs = fc.tuple(pattern, path).filter(([p, q]) => sound(p) && sound(q) && patternFlaw(p) === undefined);
    fc.assert(
      fc.property(pairs, ([p, q]) => {
        expect([p, q, matches(p, q)]).toEqual([p, q, globMatcher([below(p)])(q)]);
      }),
      { numRuns: 3000 },
    );
  });
});
