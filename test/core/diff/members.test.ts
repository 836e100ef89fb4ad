import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedMembers } from '../../../src/core/diff/members.js';
import { memberWords } from '../../../src/core/diff/words.js';
import { canonicalJson } from '../../../src/core/lib/canonical.js';

const paths = (was: unknown, is: unknown): string[] => changedMembers(was, is).map(({ path }) => path);

describe('changedMembers', () => {
  it('bears documents that are deep, wide or have the names of every object', () => {
    let [deep, deeper]: [unknown, unknown] = [1, 2];
    for (let i = 0; i < 500; i += 1) [deep, deeper] = [[deep], [deeper]];
    expect(paths(deep, deeper)).toEqual(['[0]'.repeat(40)]);
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i]));
    expect(changedMembers(wide, {})).toHaveLength(50);
    expect(paths({}, JSON.parse('{"__proto__":{"x":1},"constructor":2}'))).toEqual(['__proto__', 'constructor']);
    expect(paths([], {})).toEqual(['']);
  });

  it('tells the innermost members by name, with what they were and are', () => {
    expect(changedMembers({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { b: 2, c: [1] }, e: null })).toEqual([
      { path: 'a.b', was: '1', is: '2' },
      { path: 'a.c[1]', was: '2', is: null },
      { path: 'd', was: '1', is: null },
      { path: 'e', was: null, is: 'null' },
    ]);
  });

  it('has no place taken by members that are told elsewhere', () => {
    const wide = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`a${i}`, 1]));
    const told = new Set(Object.keys(wide));
    expect(changedMembers({ ...wide, z: 1 }, { z: 2 }, told)).toEqual([{ path: 'z', was: '1', is: '2' }]);
  });

  it('finds nothing just where two values have one canonical form', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(changedMembers(a, structuredClone(a))).toEqual([]);
        expect(changedMembers(a, b).length === 0).toBe(canonicalJson(a) === canonicalJson(b));
      }),
    );
  });
});

describe('memberWords', () => {
  it('is one line without what would steer a terminal, however long the value', () => {
    const [member] = changedMembers({ '\u001b]0;x': 'a' }, { '\u001b]0;x': `\u202e\n${'b'.repeat(1000)}` });
    expect(memberWords(member ?? { path: '', was: null, is: null })).toMatch(
      /^\\u\{1b\}\]0;x was "a", is "[^\n\u202e]{1,300}$/,
    );
  });
});
