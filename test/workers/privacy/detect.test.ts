import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detect } from '../../../src/workers/privacy/detect.js';
import { DETECTORS } from '../../../src/workers/privacy/detectors.js';
import { positionsIn } from '../../../src/workers/privacy/positions.js';

const VALUES = [
  'marta@nordhemska-brev.se',
  '5550001112223335',
  'NL97 NOBK 0001 2345 67',
  '801-23-4567',
  '+46 70 174 06 05',
  '(202) 555-8273',
];
const value = fc.constantFrom(...VALUES);
/** Text in which nothing is found, and which ends what stands beside it. */
const filler = fc
  .array(fc.constantFrom(' ; ', '\n', '\r\n', ' 😀 ', ' é ', ' word ', '\t'), { minLength: 1 })
  .map((a) => a.join(''));

describe('detect', () => {
  it('survives any text, and its regions are ordered, apart and inside', () => {
    const noise = fc.string({ unit: fc.constantFrom(...'0123456789+-. ()@aGB:x\n\\', '😀', '\ud800'), maxLength: 400 });
    fc.assert(
      fc.property(noise, (text) => {
        let last = 0;
        for (const { start, end } of detect(text, DETECTORS)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          last = end;
        }
        expect(last).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 500 },
    );
  });

  it('finds each value with exactly its region, wherever it stands', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(filler, value), { minLength: 1, maxLength: 8 }), filler, (parts, end) => {
        const text = parts.flat().join('') + end;
        expect(detect(text, DETECTORS).map((one) => text.slice(one.start, one.end))).toEqual(
          parts.map((part) => part[1]),
        );
      }),
    );
  });

  it('says nothing that depends on the value', () => {
    const messages = (text: string) => detect(text, DETECTORS).map(({ start, end, ...rest }) => rest);
    expect(messages('801-23-4567')).toEqual(messages('812-34-5678'));
    expect(messages('a@nordhemska-brev.se')).toEqual(messages('zoe.b@kilrossan-feeds.ie'));
  });

  it.each([
    ['a@', 'a@'],
    ['digits', '1'],
    ['spaced digits', '1 '],
    ['labels', 'phone 12 345 '],
    ['country codes', '+1 2 3 4 5 6 7 '],
    ['IBAN starts', 'GB29 '],
    ['cards', '5550 0011 1222 3335 '],
    ['domains', 'a@a.'],
    ['URLs', '://a@b.cd '],
    ['brackets', '('],
  ])('takes hostile %s in linear time', (_, piece) => {
    // A quadratic step on a megabyte would need hours; the limit leaves room for a busy machine.
    const started = process.cpuUsage();
    detect(piece.repeat(1_000_000 / piece.length), DETECTORS);
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(20);
  });
});

describe('positionsIn', () => {
  it('counts lines at LF, CRLF and CR, and columns in UTF-16 units', () => {
    const text = 'a\r\n😀b\rc\n\nd';
    const positionAt = positionsIn(text);
    const at = (character: string) => positionAt(text.indexOf(character));
    expect([at('a'), at('b'), at('c'), at('d')]).toEqual([
      { line: 1, column: 1 },
      { line: 2, column: 3 },
      { line: 3, column: 1 },
      { line: 5, column: 1 },
    ]);
  });
});
