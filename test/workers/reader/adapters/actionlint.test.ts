import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actionlint } from '../../../../src/workers/reader/adapters/actionlint.js';
import { asJsonLines, runAdapter } from './sink.js';

const HOME = join(import.meta.dirname, '../../../tools/actionlint');
const NAMES = ['.github/workflows/broken.yml', '.github/workflows/title.yml'];
const texts = Object.fromEntries(NAMES.map((name) => [name, readFileSync(join(HOME, 'positive', name), 'utf8')]));
const recorded: Record<string, unknown>[] = JSON.parse(readFileSync(join(HOME, 'report.json'), 'utf8'));
const problem = { message: 'no such kind', filepath: 'a.yml', line: 2, column: 3, end_column: 3, kind: 'events' };

const read = (report: unknown, text = 'on: push\n  jobs: é\n') =>
  runAdapter(actionlint, report, { files: ['a.yml'], texts: { 'a.yml': text } });

describe('a report that is not whole', () => {
  it.each([
    ['nothing', null],
    ['no list', {}],
    ['a problem without a path', [{ ...problem, filepath: undefined }]],
    ['a problem without a line', [{ ...problem, line: undefined }]],
    ['a problem without a message', [{ ...problem, message: '' }]],
    ['a kind of another form', [{ ...problem, kind: 'events\n' }]],
    ['a problem of a file that was not handed over', [{ ...problem, filepath: '../a.yml' }]],
  ])('is refused: %s', (_, report) => {
    expect(() => read(report)).toThrow();
  });
});

describe('a file that is no YAML', () => {
  it('is unread', () => {
    const message = 'could not parse as YAML: invalid leading UTF-8 octet';
    expect(read([{ ...problem, kind: 'syntax-check', message, line: 0, column: 0 }])).toEqual([
      { type: 'unread', path: 'a.yml', reason: 'unparsable', detail: 'actionlint could not parse this file' },
    ]);
  });

  it('is not what an expression says that it is', () => {
    const message = 'could not parse as YAML: is undefined';
    expect(read([{ ...problem, kind: 'expression', message }])[1]).toMatchObject({ type: 'finding' });
  });
});

describe('what counts', () => {
  it.each([
    '"github.head_ref" is potentially untrusted. avoid using it directly in inline scripts.',
    'object filter extracts potentially untrusted properties "a", "b". avoid using the value directly',
  ])('is an injection: %s', (message) => {
    const [rule, finding] = read([{ ...problem, kind: 'expression', message }]);
    expect(rule).toMatchObject({ id: 'expression-injection', cwe: ['CWE-94'] });
    expect(finding).toMatchObject({ severity: 'high', kind: 'fail' });
  });

  it.each(['expression', 'syntax-check', 'runner-label', 'some-later-kind'])('is not %s', (kind) => {
    expect(read([{ ...problem, kind }])[1]).toMatchObject({ rule: kind, severity: 'none', kind: 'review' });
  });
});

describe('columns', () => {
  it('are given for a line of ASCII that holds them', () => {
    expect(read([problem], 'on: push\n  jobs: {}\n')[1]).toMatchObject({ startLine: 2, startColumn: 3 });
  });

  it.each(['on: push\n  jobs: é\n', 'on: push\nx\n', 'on: push'])('are left out elsewhere: %j', (text) => {
    expect(read([problem], text)[1]).not.toHaveProperty('startColumn');
  });
});

describe('the recorded report', () => {
  const lines = runAdapter(actionlint, recorded, { files: NAMES, texts });

  it('keeps every result, once', () => {
    const findings = lines.filter((line) => 'type' in line && line.type === 'finding');
    const unread = lines.filter((line) => 'type' in line && line.type === 'unread');
    expect(recorded.length).toBeGreaterThan(5);
    expect(findings.length + unread.length).toBe(recorded.length);
    expect(unread).toHaveLength(1);
  });

  it('reads as before', async () => {
    await expect(asJsonLines(lines)).toMatchFileSnapshot(join(HOME, 'expected.jsonl'));
  });
});
