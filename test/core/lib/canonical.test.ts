import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/core/lib/canonical.js';

describe('canonicalJson', () => {
  it.each([
    ['not a number', { a: [Number.NaN] }],
    ['an infinity', { a: { b: Number.POSITIVE_INFINITY } }],
  ])('throws for %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
    expect(() => canonicalJson(value)).toThrow(/not allowed/);
  });

  it.each([
    ['nothing', undefined],
    ['a function', () => 1],
  ])('throws for %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  it('throws for a circle', () => {
    const circle: Record<string, unknown> = {};
    circle['a'] = [circle];
    expect(() => canonicalJson(circle)).toThrow(RangeError);
  });

  it.each([
    ['numbers as names', '{"10":1,"9":2,"a":{"1":0,"02":1}}', '{"10":1,"9":2,"a":{"02":1,"1":0}}'],
    ['the name of the prototype', '{"z":1,"__proto__":{"b":1,"a":2}}', '{"__proto__":{"a":2,"b":1},"z":1}'],
    [
      'names by code unit',
      '{"\u{1f600}":1,"\ufb33":2,"\u20ac":3,"1":4,"\\r":5}',
      '{"\\r":5,"1":4,"€":3,"😀":1,"\ufb33":2}',
    ],
    ['numbers', '[1e21,1e-7,333333333.33333329,-0,4.50]', '[1e+21,1e-7,333333333.3333333,0,4.5]'],
  ])('writes %s as RFC 8785 demands', (_, given, wanted) => {
    expect(canonicalJson(JSON.parse(given))).toBe(wanted);
  });

  it('leaves members without a value out, and writes what has a form of its own in that form', () => {
    expect(canonicalJson({ b: undefined, a: new Date(0), c: [undefined] })).toBe(
      '{"a":"1970-01-01T00:00:00.000Z","c":[null]}',
    );
  });

  it('writes what the library writes', () => {
    const name = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('1', '10', '9', '__proto__', 'toJSON', '$', ''),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { withCrossShrink: true },
        fc.string({ unit: 'grapheme' }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value')),
        fc.dictionary(name, tie('value')),
      ),
    }));
    fc.assert(
      fc.property(value, (given) => {
        expect(canonicalJson(given)).toBe(canonicalize(given));
      }),
    );
  });
});
