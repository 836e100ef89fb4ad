import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { corpus, naughtyStrings } from './corpora.js';
import { accepts, problemsFrom, readAny } from './refused.js';

const refusal = (text: string) => problemsFrom(() => readAny(text, 'json'));

describe('JSON that is refused', () => {
  it.each([
    ['trailing comma', '{"a": 1, }', { line: 1, column: 10, message: 'expected a key in double quotes, found `}`' }],
    ['comment', '[1] // x', { line: 1, column: 5, message: 'expected the end of the document, found `/`' }],
    ['cut short', '{"a":\n [', { line: 2, column: 3, message: 'expected a JSON value, found the end of the document' }],
    ['single quotes', "{'a': 1}", { line: 1, column: 2, message: "expected a key in double quotes, found `'`" }],
    [
      'control character',
      '["\u001b"]',
      { column: 3, message: 'expected the rest of a string (`"` ends it), found `\\u{1b}`' },
    ],
    ['NaN', '[NaN]', { column: 2, message: 'expected a JSON value, found `N`' }],
    ['leading zero', '[01]', { column: 3, message: 'expected `,` or `]`, found `1`' }],
    ['byte-order mark inside', '[\ufeff1]', { column: 2, message: 'expected a JSON value, found `\\u{feff}`' }],
    ['duplicate key', '{"a": 1,\n "\\u0061": 2}', { line: 2, column: 2, message: 'the key `a` appears twice' }],
    ['number beyond a double', '[1e999]', { column: 2, message: 'a number too large to hold' }],
    ['integer beyond 2^53', '[9007199254740993]', { column: 2, message: 'an integer beyond 2^53' }],
    ['unpaired surrogate', '["\\ud800"]', { column: 2, message: 'an escape gives half of a surrogate pair' }],
    ['prototype key', '{"__proto__": {"a": 1}}', { column: 2, message: 'the key `__proto__` is not accepted' }],
  ])('%s', (_, text, expected) => {
    expect(refusal(text)).toEqual([expect.objectContaining({ file: 'document.json', ...expected })]);
  });

  it('names every duplicate and prototype key, in the order of the text', () => {
    const lines = refusal('{"a": 1,\n"a": 2,\n"constructor": {"prototype": 1}}').map(({ line }) => line);
    expect(lines).toEqual([2, 3, 3]);
  });

  it('whatever JSON.parse refuses, also when sound JSON is damaged', () => {
    const damaged = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', '"', ',', '{', ']', '\\', '0', '-', '.', 'e', '\t', '\u0001', ' '),
      )
      .map(
        ([text, at, piece]) => text.slice(0, at % (text.length + 1)) + piece + text.slice((at % (text.length + 1)) + 1),
      );
    fc.assert(
      fc.property(fc.oneof(damaged, fc.string()), (text) => {
        if (accepts(text, 'json')) expect(readAny(text, 'json')).toEqual(JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('JSON that is read', () => {
  it('is any JSON value, printed in any way', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 6 }),
        fc.constantFrom(undefined, 1, '\t', '\r\n '.slice(2)),
        (value, indent) => {
          const text = JSON.stringify(value, null, indent);
          if (accepts(text, 'json')) expect(readAny(text, 'json')).toEqual(JSON.parse(text));
          else expect(text).toMatch(/__proto__|"constructor"|"prototype"|\\ud|\d{16}/);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('after a byte-order mark', () => expect(readAny('\ufeff{"a":1}', 'json')).toEqual({ a: 1 }));
});

const suite = corpus('json/JSONTestSuite');
const files = suite.missing ? [] : readdirSync(suite.path).filter((name) => name.endsWith('.json'));
const bytesOf = (name: string) => readFileSync(`${suite.path}/${name}`);

describe.skipIf(suite.missing)(`JSONTestSuite (${suite.label})`, () => {
  it('is complete', () => {
    const amount = (kind: string) => files.filter((name) => name.startsWith(kind)).length;
    expect([amount('y_'), amount('n_'), amount('i_')].map((n) => n > 30)).toEqual([true, true, true]);
  });

  it.each(files.filter((name) => name.startsWith('n_')))('refuses %s', (name) => {
    expect(problemsFrom(() => readAny(bytesOf(name), 'json'))).not.toHaveLength(0);
  });

  // RFC 8259, section 4: names SHOULD be unique. Two readers of a duplicate can see different documents.
  it.each(files.filter((name) => name.startsWith('y_object_duplicated_key')))('refuses as well: %s', (name) => {
    expect(problemsFrom(() => readAny(bytesOf(name), 'json'))[0]?.message).toMatch(/appears twice/);
  });

  it.each(files.filter((name) => /^y_(?!object_duplicated_key)/.test(name)))('reads %s', (name) => {
    expect(readAny(bytesOf(name), 'json')).toEqual(JSON.parse(bytesOf(name).toString('utf8')));
  });

  it.each(files.filter((name) => name.startsWith('i_')))('refuses or reads as JSON.parse does: %s', (name) => {
    if (accepts(bytesOf(name), 'json')) {
      expect(readAny(bytesOf(name), 'json')).toEqual(
        JSON.parse(
          bytesOf(name)
            .toString('utf8')
            .replace(/^\ufeff/, ''),
        ),
      );
    }
  });
});

const naughty = corpus('text/blns.json');

describe.skipIf(naughty.missing)(`naughty strings (${naughty.label})`, () => {
  it('come back as values', () => {
    const strings = naughtyStrings();
    expect(strings.length).toBeGreaterThan(400);
    expect(readAny(JSON.stringify(strings), 'json')).toEqual(strings);
  });
});
