import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutTrailingCommas } from '../../../src/workers/sbom/jsonc.js';

/** With a comma and some space before each end of a list or object that is not empty. */
function withTrailingCommas(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${value.map(withTrailingCommas).join(',')},\n ]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)} : ${withTrailingCommas(item)}`);
  return entries.length === 0 ? '{ }' : `{${entries.join(' , ')} ,}`;
}

describe('withoutTrailingCommas', () => {
  it.each(['[1,,]', '{"a":1,,}', '["a', '"\\', ',', '[1 2,]', '// a\n[]'])('%j stays no JSON', (text) => {
    expect(() => JSON.parse(withoutTrailingCommas(text))).toThrow();
  });

  it('leaves commas inside texts alone', () => {
    expect(withoutTrailingCommas('["a,]", "\\",}",]')).toBe('["a,]", "\\",}" ]');
  });

  it('changes no JSON', () => {
    fc.assert(fc.property(fc.json(), (text) => withoutTrailingCommas(text) === text));
  });

  it('is JSON of the same length and meaning', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = withTrailingCommas(value);
        const plain = withoutTrailingCommas(text);
        expect(plain).toHaveLength(text.length);
        expect(JSON.parse(plain)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('takes megabytes of commas and quotes in no time', () => {
    const started = process.cpuUsage().user;
    for (const piece of [', ', '"', '\\', ',]', '"\\']) withoutTrailingCommas(piece.repeat(300_000));
    expect(process.cpuUsage().user - started).toBeLessThan(2_000_000);
  });
});
