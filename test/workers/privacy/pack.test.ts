import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../src/workers/privacy/decode.js';
import { detect } from '../../../src/workers/privacy/detect.js';
import { DETECTORS } from '../../../src/workers/privacy/detectors.js';
import { type Label, labelsFile, PackError, readPack } from '../../../src/workers/privacy/pack.js';
import { selfCheck } from '../../../src/workers/privacy/self-check.js';

const PACK = fileURLToPath(new URL('../../../privacy-fixtures', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'privacy-pack-'));

let copies = 0;
/** The project's pack with its labels, or one of its files, changed. */
function changed(change: (labels: Label[]) => unknown, files: Record<string, string> = {}): string {
  const folder = join(scratch, `pack-${++copies}`);
  cpSync(PACK, folder, { recursive: true });
  const { labels } = labelsFile.parse(JSON.parse(readFileSync(join(PACK, 'labels.json'), 'utf8')));
  writeFileSync(join(folder, 'labels.json'), JSON.stringify({ schemaVersion: 1, labels: change(labels) }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
const same = (labels: Label[]) => labels;
const first = (part: Partial<Label> & Record<string, unknown>) => (labels: Label[]) =>
  labels.map((label, index) => (index === 0 ? { ...label, ...part } : label));
const check = (folder: string | undefined) => () => selfCheck(readPack(folder), DETECTORS);

describe('a pack is refused', () => {
  it.each([
    ['no folder', undefined, 'privacy pack missing'],
    ['a folder that is not there', join(scratch, 'none'), 'privacy pack missing: labels.json cannot be read (ENOENT)'],
  ])('%s', (_, folder, message) => expect(check(folder)).toThrow(new PackError(message)));

  it.each<[string, (labels: Label[]) => unknown, RegExp]>([
    ['an unknown key', first({ note: 'x' }), /labels\.0 \(unrecognized_keys\)/],
    ['an unknown entity', first({ entity: 'name' as 'email' }), /labels\.0\.entity/],
    ['a path that leaves raw', first({ file: '../clean/numbers.txt' }), /labels\.0\.file/],
    ['a column below 1', first({ start: 0 }), /labels\.0\.start/],
    ['no labels', () => [], /labels \(too_small\)/],
    ['a file that is not there', first({ file: 'none.txt' }), /names raw\/none\.txt/],
    ['an id twice', (labels) => [...labels, ...labels.slice(0, 1)], /same id/],
    [
      'an entity without a label',
      (labels) => labels.filter(({ entity }) => entity !== 'iban'),
      /no label of entity iban/,
    ],
  ])('%s', (_, change, message) => expect(check(changed(change))).toThrow(message));

  it('text that is no JSON, without quoting it', () => {
    const folder = changed(same, { 'labels.json': '{"801-23-4567": ' });
    expect(check(folder)).toThrow(new PackError('privacy pack: labels.json is not JSON'));
  });
});

describe('self-check', () => {
  it('names the label that was missed and never the value', () => {
    const folder = changed(same, { 'raw/hr-record.txt': 'SSN 845 67 8901 moved here\n' });
    expect(check(folder)).toThrow(
      /^privacy self-check failed: label hr-record-1 in raw\/hr-record\.txt was missed; label/,
    );
    expect(check(folder)).not.toThrow(/8901/);
  });

  it('misses a label whose region is off by one', () => {
    const { labels } = readPack(PACK);
    expect(check(changed(first({ end: (labels[0]?.end ?? 0) + 1 })))).toThrow(/was missed$/);
  });

  it('fails on a finding in a clean document', () => {
    const folder = changed(same, { 'clean/zz.txt': 'a\nb 801-23-4567\n' });
    expect(check(folder)).toThrow(
      new PackError('privacy self-check failed: clean/zz.txt line 2 gave a finding of entity us-ssn'),
    );
  });

  it('passes on the pack of the project, whose every value in raw is labelled', () => {
    const pack = readPack(PACK);
    expect(() => selfCheck(pack, DETECTORS)).not.toThrow();
    const values = pack.raw.flatMap(({ bytes }) => detect(decodeText(bytes) ?? '', DETECTORS));
    expect(values).toHaveLength(pack.labels.length);
  });

  it('cuts a long list of failures', () => {
    const pack = readPack(PACK);
    const raw = pack.raw.map(({ name }) => ({ name, bytes: Buffer.from('') }));
    const more = pack.labels.length - 20;
    expect(() => selfCheck({ ...pack, raw }, DETECTORS)).toThrow(new RegExp(`was missed; and ${more} more$`));
  });
});
