import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { zizmor } from '../../../../src/workers/reader/adapters/zizmor.js';
import { asJsonLines, runAdapter, suppressedIn } from './sink.js';

const HOME = join(import.meta.dirname, '../../../tools/zizmor');
const NAMES = ['.github/dependabot.yml', '.github/workflows/title.yml', 'action/action.yml'];
const texts = Object.fromEntries(NAMES.map((name) => [name, readFileSync(join(HOME, 'positive', name), 'utf8')]));
const recorded: Record<string, unknown>[] = JSON.parse(readFileSync(join(HOME, 'report.json'), 'utf8'));

const place = (kind: string, start: [number, number], end: [number, number], path = 'a.yml') => ({
  symbolic: { key: { Local: { verbatim_path: path } }, annotation: 'here', kind },
  concrete: {
    location: { start_point: { row: start[0], column: start[1] }, end_point: { row: end[0], column: end[1] } },
  },
});
const result = {
  ident: 'template-injection',
  desc: 'code injection via template expansion',
  url: 'https://docs.zizmor.sh/audits/#template-injection',
  determinations: { confidence: 'High', severity: 'High' },
  locations: [place('Primary', [0, 0], [0, 2])],
  ignored: false,
};

const read = (report: unknown, text = 'on: push\n') =>
  runAdapter(zizmor, report, { files: ['a.yml'], texts: { 'a.yml': text } });

describe('a report that is not whole', () => {
  it.each([
    ['nothing', null],
    ['SARIF', { runs: [] }],
    ['a result without a place', [{ ...result, locations: [] }]],
    ['a result without determinations', [{ ...result, determinations: undefined }]],
    ['an unknown severity', [{ ...result, determinations: { confidence: 'High', severity: 'Unknown' } }]],
    ['a result that does not say whether it was ignored', [{ ...result, ignored: undefined }]],
    [
      'a place that is not in a file',
      [{ ...result, locations: [{ ...place('Primary', [0, 0], [0, 2]), symbolic: {} }] }],
    ],
    ['an id of another form', [{ ...result, ident: 'a b' }]],
    ['a file that was not handed over', [{ ...result, locations: [place('Primary', [0, 0], [0, 2], '/etc/a.yml')] }]],
  ])('is refused: %s', (_, report) => {
    expect(() => read(report)).toThrow();
  });
});

describe('a result', () => {
  it('is a finding although a comment of the tree wants it ignored', () => {
    expect(suppressedIn(read([{ ...result, ignored: true }]))).toHaveLength(1);
  });

  it('is where the audit looked first', () => {
    const locations = [place('Hidden', [4, 0], [4, 1]), place('Primary', [0, 0], [0, 2])];
    expect(read([{ ...result, locations }])[1]).toMatchObject({ startLine: 1 });
  });

  it('has columns in UTF-16 code units', () => {
    const [, finding] = read([{ ...result, locations: [place('Primary', [0, 6], [0, 7])] }], 'ü😀x\n');
    expect(finding).toMatchObject({ startColumn: 4, endColumn: 5 });
  });

  it('ends with the line before where it reaches to the start of a line', () => {
    const [, finding] = read([{ ...result, locations: [place('Primary', [0, 0], [2, 0])] }], 'a\nb\n');
    expect(finding).toMatchObject({ startLine: 1, endLine: 2 });
    expect(finding).not.toHaveProperty('endColumn');
  });

  it('is a note where it is for information', () => {
    const determinations = { confidence: 'Low', severity: 'Informational' };
    expect(read([{ ...result, determinations }])[1]).toMatchObject({ severity: 'none', kind: 'review' });
  });
});

describe('the recorded report', () => {
  const lines = runAdapter(zizmor, recorded, { files: NAMES, texts });
  const ofType = (type: string) => lines.filter((line) => 'type' in line && line.type === type);

  it('keeps every result, once', () => {
    expect(recorded.length).toBeGreaterThan(5);
    expect(ofType('finding')).toHaveLength(recorded.length);
    expect(suppressedIn(lines)).toHaveLength(recorded.filter(({ ignored }) => ignored === true).length);
    expect(suppressedIn(lines).length).toBeGreaterThan(0);
  });

  it('reads as before', async () => {
    await expect(asJsonLines(lines)).toMatchFileSnapshot(join(HOME, 'expected.jsonl'));
  });
});
