import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable } from '../../../src/core/lib/printable.js';

describe('printable', () => {
  it.each([
    ['ANSI colour', '\u001b[31mred', '\\u{1b}[31mred'],
    ['8-bit CSI', '\u009b31m', '\\u{9b}31m'],
    ['OSC 8 link', '\u001b]8;;http://x\u0007', '\\u{1b}]8;;http://x\\u{7}'],
    ['bidi override', 'a\u202eb\u2066c', 'a\\u{202e}b\\u{2066}c'],
    ['zero width', 'a\u200bb\ufeff', 'a\\u{200b}b\\u{feff}'],
    ['tag characters', '\u{e0041}', '\\u{e0041}'],
    ['line breaks', 'a\r\nb\u2028c', 'a\\u{d}\\u{a}b\\u{2028}c'],
    ['lone surrogate', 'a\ud800', 'a\\u{d800}'],
    ['GitHub command', '::set-output name=a::b', '\\u{3a}:set-output name=a::b'],
    ['indented GitHub command', '  ::error::x', '  \\u{3a}:error::x'],
    ['old GitHub command anywhere', 'a ##[error]b', 'a #\\u{23}[error]b'],
    ['Azure command', 'a ##vso[task]b', 'a #\\u{23}vso[task]b'],
  ])('neutralises: %s', (_, hostile, safe) => expect(printable(hostile, 60)).toBe(safe));

  it('leaves text of any script as it is', () => {
    expect(printable('Grüße, 名前 🙂 a:b std::vector', 60)).toBe('Grüße, 名前 🙂 a:b std::vector');
  });

  it('cuts between characters and never inside an escape', () => {
    expect(printable('abcdef', 6)).toBe('abcdef');
    expect(printable('abcdefg', 6)).toBe('abcde…');
    expect(printable('abc\u001b\u001b', 6)).toBe('abc…');
    expect(printable('ab🙂🙂', 4)).toBe('ab…');
  });

  it('gives one bounded line without unsafe characters for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 80 }), (text, max) => {
        const result = printable(text, max);
        expect(result.length).toBeLessThanOrEqual(max);
        expect(result).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|^\s*::|##\[/u);
      }),
    );
  });
});
