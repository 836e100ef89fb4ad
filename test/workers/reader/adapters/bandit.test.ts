import { describe, expect, it } from 'vitest';
import { bandit } from '../../../../src/workers/reader/adapters/bandit.js';
import { recordedOf } from './recorded.js';
import { asJsonLines, runAdapter } from './sink.js';

const { report, files, texts } = recordedOf('bandit');
const result = {
  filename: './a.py',
  test_id: 'B102',
  test_name: 'exec_used',
  issue_severity: 'MEDIUM',
  issue_cwe: { id: 78 },
  issue_text: 'Use of exec detected.',
  line_number: 1,
  line_range: [1],
  col_offset: 0,
  end_col_offset: 4,
  more_info: 'https://bandit.readthedocs.io/en/1.9.4/plugins/b102_exec_used.html',
};
const whole = { errors: [], metrics: { _totals: {}, './a.py': {} }, results: [] as unknown[] };
const read = (changes: object, text = 'exec(x)\n') =>
  runAdapter(bandit, { ...whole, ...changes }, { files: ['a.py'], texts: { 'a.py': text } });

describe('a report that is not whole', () => {
  it.each([
    ['nothing', { results: undefined }],
    ['no errors', { errors: undefined }],
    ['no metrics', { metrics: undefined }],
    ['no totals', { metrics: { './a.py': {} } }],
    ['a result without a file', { results: [{ ...result, filename: undefined }] }],
    ['a result without a line', { results: [{ ...result, line_number: 0 }] }],
    ['an unknown severity', { results: [{ ...result, issue_severity: 'NONE' }] }],
    ['an id of another form', { results: [{ ...result, test_id: 'B1\u001b[2J' }] }],
    ['a link that is a script', { results: [{ ...result, more_info: 'javascript:alert(1)' }] }],
  ])('is refused: %s', (_, changes) => {
    expect(() => read(changes)).toThrow();
  });

  it.each([null, [], 'bandit: error'])('is refused: %j', (broken) => {
    expect(() => runAdapter(bandit, broken, { files: [] })).toThrow();
  });
});

describe('a file that was not judged', () => {
  const unread = (reason: string, detail: string) => [{ type: 'unread', path: 'a.py', reason, detail }];

  it('is unread where Bandit never opened it', () => {
    expect(read({ metrics: { _totals: {} } })).toEqual(unread('unsupported', 'Bandit did not open this file'));
  });

  it.each([
    ['syntax error while parsing AST from file', 'unparsable', 'Python could not parse this file'],
    ['exception while scanning file', 'unparsable', 'Bandit failed on this file'],
    ['Permission denied', 'unreadable', 'Bandit could not open this file'],
  ])('is unread with a reason: %s', (reason, kind, detail) => {
    expect(read({ errors: [{ filename: './a.py', reason }] })).toEqual(unread(kind, detail));
  });
});

describe('a finding', () => {
  it('has columns in UTF-16 code units', () => {
    const [, found] = read({ results: [{ ...result, col_offset: 9, end_col_offset: 13 }] }, "é='😀';exec(x)\n");
    expect(found).toMatchObject({ startColumn: 7, endColumn: 11 });
  });

  it('has no end column when it spans lines', () => {
    const [, found] = read({ results: [{ ...result, line_range: [1, 2] }] }, 'exec(\nx)\n');
    expect(found).toMatchObject({ startLine: 1, endLine: 2 });
    expect(found).not.toHaveProperty('endColumn');
  });

  it.each(['B103', 'B105', 'B106', 'B107', 'B202'])('of %s quotes nothing', (test_id) => {
    const lines = read({ results: [{ ...result, test_id, issue_text: "Possible: 'synthetic-Pa55word'" }] });
    expect(JSON.stringify(lines)).not.toContain('synthetic');
  });
});

describe('the recorded report', () => {
  const lines = runAdapter(bandit, report, { files, texts });

  it('loses and doubles nothing', () => {
    const { results } = report as { results: unknown[] };
    expect(lines.filter((line) => 'type' in line && line.type === 'finding')).toHaveLength(results.length);
    expect(results.length).toBeGreaterThan(20);
  });

  it('quotes none of its passwords', () => {
    expect(asJsonLines(lines)).not.toContain('synthetic');
  });

  it('is read as expected', async () => {
    await expect(asJsonLines(lines)).toMatchFileSnapshot('../../../tools/bandit/expected.jsonl');
  });
});
