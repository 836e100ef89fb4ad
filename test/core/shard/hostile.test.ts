import {
  appendFileSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairs } from './pair.js';
import { forge, readIndex, writeIndex } from './support.js';

const { copies, refusal } = pairs();

/** Of the divided step. */
const FINDINGS = 'steps/by-file/findings.jsonl';

describe('a shard is refused, and no bundle made, when', () => {
  it.each<[string, (shard: string) => void, RegExp]>([
    ['it is not there', (shard) => rmSync(shard, { recursive: true }), /cannot be opened/],
    [
      'it is an empty folder',
      (shard) => readdirSync(shard).forEach((name) => void rmSync(join(shard, name), { recursive: true })),
      /shard\.json: is missing/,
    ],
    ['its index is gone', (shard) => unlinkSync(join(shard, 'shard.json')), /shard\.json: is missing/],
    ['its index is not JSON', (shard) => writeFileSync(join(shard, 'shard.json'), '{'), /is not JSON/],
    ['its index has a key twice', (shard) => appendFileSync(join(shard, 'shard.json'), ' '), /canonical/],
    ['its index has another key', (shard) => writeIndex(shard, { ...readIndex(shard), more: 1 }), /out of form/],
    [
      'its index is a link',
      (shard) => {
        renameSync(join(shard, 'shard.json'), `${shard}.json`);
        symlinkSync(`${shard}.json`, join(shard, 'shard.json'));
      },
      /is a link/,
    ],
    [
      'a file is a link',
      (shard) => {
        renameSync(join(shard, FINDINGS), `${shard}.x`);
        symlinkSync(`${shard}.x`, join(shard, FINDINGS));
      },
      /is a link/,
    ],
    ['a file has another name elsewhere', (shard) => linkSync(join(shard, FINDINGS), `${shard}.y`), /one link/],
    [
      'a folder is a link',
      (shard) => {
        renameSync(join(shard, 'steps'), `${shard}.z`);
        symlinkSync(`${shard}.z`, join(shard, 'steps'));
      },
      /is a link/,
    ],
    ['a file is missing', (shard) => unlinkSync(join(shard, FINDINGS)), /findings\.jsonl: is missing/],
    ['a file is there besides', (shard) => writeFileSync(join(shard, 'more.json'), '{}'), /more\.json: is not listed/],
    [
      'a file is listed that no shard has',
      (shard) => forge(shard, 'bundle.json', '{}'),
      /bundle\.json, which no shard has/,
    ],
    [
      'a path leads out of it',
      (shard) => {
        const index = readIndex(shard);
        writeIndex(shard, {
          ...index,
          files: [{ path: '../x', sha256: 'a'.repeat(64), size: 1, mediaType: 'm' }, ...index.files],
        });
      },
      /out of form/,
    ],
    [
      'its number is above their count',
      (shard) => writeIndex(shard, { ...readIndex(shard), shard: { index: 5, of: 1 } }),
      /expected a part of the whole/,
    ],
    [
      'a byte is changed',
      (shard) => {
        const data = readFileSync(join(shard, FINDINGS));
        data[10] = 90;
        writeFileSync(join(shard, FINDINGS), data);
      },
      /another SHA-256/,
    ],
    [
      'a file is longer',
      (shard) => appendFileSync(join(shard, FINDINGS), '\n'),
      /more than the|bytes, shard\.json says/,
    ],
    ['a file is shorter', (shard) => writeFileSync(join(shard, FINDINGS), ''), /has 0 bytes/],
    [
      'a file is said to be huge',
      (shard) => {
        const index = readIndex(shard);
        writeIndex(shard, { ...index, files: index.files.map((file) => ({ ...file, size: 2 ** 40 })) });
      },
      /is larger than/,
    ],
  ])('%s', async (_, change, message) => expect(await refusal(change)).toMatch(message));

  it('any byte of it is flipped', async () => {
    const { second } = copies();
    const paths = [...readIndex(second).files.map(({ path }) => path), 'shard.json'];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (path, at, bits) => {
          await refusal((shard) => {
            const data = readFileSync(join(shard, path));
            if (data.length === 0) return appendFileSync(join(shard, path), 'x');
            data[at % data.length] = (data[at % data.length] ?? 0) ^ bits;
            writeFileSync(join(shard, path), data);
          });
        },
      ),
      { numRuns: 12 },
    );
  });
});
