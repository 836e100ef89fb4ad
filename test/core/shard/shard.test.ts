import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/core/lib/errors.js';
import { MAX_SHARDS, parseShard, shardWords } from '../../../src/core/shard/shard.js';

describe('parseShard', () => {
  it.each([
    '',
    '1',
    '0/2',
    '3/2',
    '1/0',
    '01/2',
    '1/02',
    '-1/2',
    '1/2/3',
    '1/65',
    ' 1/2',
    '1/2 ',
    '1.5/2',
    '١/٢',
    '1/2\n',
  ])('refuses %j', (text) => expect(() => parseShard(text)).toThrow(Refusal));

  it('shows a hostile text as one safe line', () => {
    expect(() => parseShard('\u001b[2J')).toThrow(/\\\\u\{1b\}/);
  });

  it('reads every part of every whole', () => {
    const part = fc
      .integer({ min: 1, max: MAX_SHARDS })
      .chain((of) => fc.integer({ min: 1, max: of }).map((index) => ({ index, of })));
    fc.assert(
      fc.property(part, (shard) => {
        expect(parseShard(`${shard.index}/${shard.of}`)).toEqual(shard);
      }),
    );
    expect(shardWords({ index: 2, of: 4 })).toBe('shard 2/4');
  });
});
