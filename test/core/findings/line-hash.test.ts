import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineHashes } from '../../../src/core/findings/line-hash.js';

/** The test vectors of github/codeql-action, src/fingerprints.test.ts. */
const VECTORS: [string, string[]][] = [
  ['', ['c129715d7a2bc9a3:1']],
  [' a\nb\n  \t\tc\n d', ['271789c17abda88f:1', '54703d4cd895b18:1', '180aee12dab6264:1', 'a23a3dc5e078b07b:1']],
  [
    ' hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End',
    [
      '8b7cf3e952e7aeb2:1',
      'b1ae1287ec4718d9:1',
      'bff680108adb0fcc:1',
      'c6805c5e1288b612:1',
      'b86d3392aea1be30:1',
      'e6ceba753e1a442:1',
    ],
  ],
];

/** The same hash with big integers, one line at a time: slow and plain. */
function slow(text: string): string[] {
  const codes: { code: number; line: number | undefined }[] = [];
  let [line, start, cr] = [0, true, false];
  for (const character of [...text].flatMap((c) => c.split(''))) {
    const raw = character.charCodeAt(0);
    if (raw === 32 || raw === 9 || (cr && raw === 10)) {
      cr = false;
      continue;
    }
    cr = raw === 13;
    const code = cr ? 10 : raw;
    if (start) line += 1;
    codes.push({ code, line: start ? line : undefined });
    start = code === 10;
  }
  if (start) line += 1;
  codes.push({ code: 65535, line: start ? line : undefined });
  const seen = new Map<string, number>();
  return codes.flatMap(({ line: number }, at) => {
    if (number === undefined) return [];
    let hash = 0n;
    for (let i = 0; i < 100; i += 1) hash = BigInt.asUintN(64, hash * 37n + BigInt(codes[at + i]?.code ?? 0));
    const value = hash.toString(16);
    seen.set(value, (seen.get(value) ?? 0) + 1);
    return [`${value}:${seen.get(value)}`];
  });
}

describe('lineHashes', () => {
  it.each(VECTORS)('agrees with the action on %j', (text, expected) => {
    expect(lineHashes(text)).toEqual(expected);
  });

  it('agrees with the plain form on any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\t', '\n', '\r', 'é', '\u{1f600}'), maxLength: 400 }),
        (text) => {
          expect(lineHashes(text)).toEqual(slow(text));
        },
      ),
    );
  });
});
