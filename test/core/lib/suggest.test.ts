import { describe, expect, it } from 'vitest';
import { didYouMean, nearest, quote } from '../../../src/core/lib/suggest.js';

describe('nearest', () => {
  it('finds nothing for a word that is like none, or too long to compare', () => {
    expect(nearest('zzzz', ['high', 'low'])).toBeUndefined();
    expect(nearest('x', ['y'])).toBeUndefined();
    expect(nearest('h'.repeat(100_000), ['high'])).toBeUndefined();
    expect(nearest('high', [])).toBeUndefined();
  });

  it('finds the nearest whatever the order and case', () => {
    expect(nearest('hgih', ['low', 'high'])).toBe('high');
    expect(nearest('CONTROLID', ['controlId', 'control'])).toBe('controlId');
    expect(nearest('bat', ['cat', 'bar'])).toBe(nearest('bat', ['bar', 'cat']));
  });
});

describe('quote', () => {
  it('leaves out what follows :// and what a terminal would obey', () => {
    expect(quote('https://hooks.example/T0/SECRET')).toBe('`https://…`');
    expect(quote('\u001b[0m')).toBe('`\\u{1b}[0m`');
    expect(quote('x'.repeat(1000))).toHaveLength(62);
  });

  it('suggests', () => {
    expect(didYouMean('hgih', ['high', 'low'])).toBe('`hgih`: did you mean `high`?');
    expect(didYouMean('zzzz', ['high', 'low'])).toBe('`zzzz`');
  });
});
