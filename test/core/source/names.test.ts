import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  compareText,
  escapePath,
  matchablePath,
  rawOf,
  unescapePath,
} from '../../../src/core/source/names.js';
import { toolNames } from '../../../src/core/source/tool-names.js';

/** Names of any bytes but NUL and slash, with a taste for what is special here. */
const name = fc
  .oneof(
    fc.uint8Array({ minLength: 1, maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.string({ minLength: 1, maxLength: 8, unit: 'binary' }).map((text) => rawOf(Buffer.from(text, 'utf8'))),
    fc.constantFrom(
      '%~',
      '%~a',
      '%',
      '%FF',
      '%25',
      '-rf',
      'a.py',
      'A.py',
      'a\nb',
      '_x',
      `_x${'a'.repeat(32)}.py`,
      '\xe9',
      '\xc3\xa9',
      'e\xcc\x81',
    ),
  )
  .map((text) => text.replace(/[\0/]/g, '_'))
  .filter((text) => text !== '.' && text !== '..');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));

describe('escapePath', () => {
  it.each([
    ['a/b c.py', 'a/b c.py'],
    ['caf\xc3\xa9', 'café'],
    ['caf\xe9/100%.txt', '%~caf%E9/100%.txt'],
    ['100%\xff', '%~100%25%FF'],
    ['%~a/%FF', '%~%25~a/%FF'],
    ['new\nline', 'new\nline'],
  ])('writes %j as %j', (raw, text) => {
    expect(escapePath(raw)).toBe(text);
    expect(unescapePath(text)).toBe(raw);
  });

  it('can be undone, for any bytes', () => {
    const holds = (raw: string) => {
      expect(unescapePath(escapePath(raw))).toBe(raw);
    };
    fc.assert(fc.property(path, holds), { numRuns: 2000 });
  });

  it('gives text that JSON and UTF-8 carry unchanged', () => {
    const carried = (raw: string) => {
      const text = escapePath(raw);
      expect(Buffer.from(JSON.parse(JSON.stringify(text)), 'utf8').toString('utf8')).toBe(text);
    };
    fc.assert(fc.property(path, carried));
  });

  it.each(['%~a', '%~%ff', '%~%41', '%~%FF%', '%~%E9%~', '\ud800'])('never gives %j', (text) => {
    expect(unescapePath(text)).toBeUndefined();
  });
});

describe('compareText', () => {
  it('orders as the bytes of UTF-8 do', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 6 });
    const agree = (a: string, b: string) => {
      expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    };
    fc.assert(fc.property(text, text, agree), {
      examples: [
        ['\uffee', '\u{10000}'],
        ['a', 'ab'],
        ['\ue000', '\u{1f600}'],
      ],
    });
  });
});

describe('matchablePath', () => {
  it('keeps what rules look at in names that are not UTF-8', () => {
    expect(matchablePath('b/\xff.pem')).toBe('b/\ufffd.pem');
  });
});

describe('toolNames', () => {
  const safe = /^(?!-)[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]+$/u;

  it('gives every path a place of its own, also where case does not count, that no tool misreads', () => {
    const holds = (paths: string[]) => {
      const names = toolNames(paths);
      const places = [...names.values()];
      expect(new Set(places.map((place) => place.normalize('NFC').toLowerCase())).size).toBe(places.length);
      for (const part of places.flatMap((place) => place.split('/'))) {
        expect(part).toMatch(safe);
        expect(Buffer.byteLength(part)).toBeLessThan(256);
        expect(['', '.', '..']).not.toContain(part);
      }
    };
    fc.assert(fc.property(fc.uniqueArray(path, { maxLength: 12 }), holds), { numRuns: 1000 });
  });

  it('depends on the set of paths, not on their order', () => {
    const holds = (paths: string[]) => {
      const reversed = toolNames([...paths].reverse());
      for (const [raw, place] of toolNames(paths)) expect(reversed.get(raw)).toBe(place);
    };
    fc.assert(fc.property(fc.uniqueArray(path, { maxLength: 8 }), holds));
  });

  it('leaves ordinary names alone and keeps extensions', () => {
    const names = toolNames(['src/a.py', 'src/[id].tsx', 'caf\xc3\xa9.md', 'x\n.spec.ts', '-a/b.c', 'X/f', 'x/f']);
    expect(names.get('src/a.py')).toBe('src/a.py');
    expect(names.get('src/[id].tsx')).toBe('src/[id].tsx');
    expect(names.get('caf\xc3\xa9.md')).toBe('café.md');
    expect(names.get('x\n.spec.ts')).toMatch(/^_x[0-9a-f]{32}\.spec\.ts$/);
    expect(names.get('-a/b.c')).toMatch(/^_x[0-9a-f]{32}\/b\.c$/);
    expect(names.get('X/f')?.split('/')[0]).not.toBe(names.get('x/f')?.split('/')[0]);
  });
});

describe('bytesOf', () => {
  it('is the way back from rawOf', () => {
    const holds = (bytes: Uint8Array) => {
      expect(bytesOf(rawOf(Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
    };
    fc.assert(fc.property(fc.uint8Array(), holds));
  });
});
