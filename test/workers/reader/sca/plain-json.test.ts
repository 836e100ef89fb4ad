import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainJson } from '../../../../src/workers/reader/sca/plain-json.js';
import { growsLinearly } from '../../../core/lib/linear.js';

/** A value with fillers between its tokens, and a comma behind the last entry of what has one. */
function written(value: unknown, fill: () => string): string {
  const list = (parts: string[]) => `${parts.map((part) => `${fill()}${part}${fill()},`).join('')}${fill()}`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${list(value.map((one) => written(one, fill)))}]`;
  const members = Object.entries(value).map(([name, one]) =>
    [JSON.stringify(name), ':', written(one, fill)].join(fill()),
  );
  return `{${list(members)}}`;
}

describe('JSON with comments as JSON', () => {
  it.each(['{} /*', '{}/*/', '{} /', '"a', '"a\\', '"a\\"', '[1,,]', ',', '{} "/* */'])(
    'is none where it is cut off or broken: %s',
    (text) => {
      expect(() => JSON.parse(plainJson(text))).toThrow(SyntaxError);
    },
  );

  it.each<[string, (size: number) => string]>([
    ['comments that nothing ends', (size) => '/* '.repeat(size)],
    ['a string of quotes that nothing ends', (size) => `"${'\\"'.repeat(size)}`],
    ['a string that breaks off at a line', (size) => `"${'\\"'.repeat(size)}\\\n`],
    ['commas and space', (size) => ', \n'.repeat(size)],
    ['lines of comments', (size) => '//\n'.repeat(size)],
    ['slashes', (size) => '/ '.repeat(size)],
  ])('takes no more time for each character of %s', (_, textOf) => {
    expect(growsLinearly((size) => void plainJson(textOf(size)), 100_000)).toBe(true);
  });

  it('is the value that it was, with comments and commas anywhere between', () => {
    const filler = fc.constantFrom('', ' ', '\n', '// "x" /* ,]\n', '/* // "} */', '/**/', '/*,*/');
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.array(filler, { minLength: 1 }), (value, fillers) => {
        let place = 0;
        const text = written(value, () => fillers[place++ % fillers.length] ?? '');
        expect(JSON.parse(plainJson(text))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('keeps strings as they are', () => {
    const text = '{"a//b":"/* x */","c":",]","d\\"":"\\\\",}';
    expect(plainJson(text)).toBe(text.replace(',}', '}'));
  });
});
