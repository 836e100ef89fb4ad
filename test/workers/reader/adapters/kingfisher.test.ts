import { describe, expect, it } from 'vitest';
import { kingfisher } from '../../../../src/workers/reader/adapters/kingfisher.js';
import { recordedOf } from './recorded.js';
import { asJsonLines, runAdapter } from './sink.js';

const { report, files, texts } = recordedOf('kingfisher');
const rule = { id: 'betterleaks.github-pat', name: 'github-pat', description: 'Uncovered a token.' };
const finding = { snippet: '[REDACTED:0361c8ab]', confidence: 'high', line: 2, path: './a.txt' };
const summary = { scan_succeeded: 1, scan_partial: 0, scan_failed: 0, pending: 0 };
const reportOf = (findings: readonly unknown[], audit: object = summary) => ({
  findings,
  metadata: { summary: { findings: findings.length, rules_applied: 488 } },
  audit: { summary: audit },
});
const read = (given: unknown, names: readonly string[] = ['a.txt']) => runAdapter(kingfisher, given, { files: names });
const ofType = (lines: readonly object[], type: string) => lines.filter((line) => 'type' in line && line.type === type);

describe('a report that is not whole', () => {
  it.each([
    ['a finding without a path', reportOf([{ rule, finding: { ...finding, path: '' } }])],
    ['a finding without a line', reportOf([{ rule, finding: { ...finding, line: 0 } }])],
    ['an unknown confidence', reportOf([{ rule, finding: { ...finding, confidence: 'none' } }])],
    ['a finding without a rule', reportOf([{ finding }])],
    ['no summary', { ...reportOf([]), metadata: {} }],
    ['no audit', { ...reportOf([]), audit: undefined }],
    ['no rules', { ...reportOf([]), metadata: { summary: { findings: 0, rules_applied: 0 } } }],
    ['nothing', null],
    ['a list', []],
  ])('is refused: %s', (_, given) => {
    expect(() => read(given)).toThrow();
  });

  it.each([
    ['partial', { ...summary, scan_partial: 1 }],
    ['failed', { ...summary, scan_failed: 1 }],
    ['pending', { ...summary, pending: 1 }],
    ['not begun', { ...summary, scan_succeeded: 0 }],
  ])('is refused when the scan is %s', (_, audit) => {
    expect(() => read(reportOf([], audit))).toThrow('did not scan to its end');
  });

  it('is refused when its count is not that of its findings', () => {
    const cut = { ...reportOf([{ rule, finding }]), findings: [] };
    expect(() => read(cut)).toThrow('counts other findings');
  });
});

describe('a finding in an archive', () => {
  const at = (path: string, names: readonly string[]) =>
    ofType(read(reportOf([{ rule, finding: { ...finding, path } }]), names), 'finding')[0];

  it('is one of the archive', () => {
    const found = at('./x/a.zip!in/b.js', ['x/a.zip']);
    expect(found).toMatchObject({ path: 'x/a.zip', startLine: 1 });
    expect(found).toHaveProperty('message', expect.stringContaining('in a member of this archive'));
  });

  it('is found by the whole name where names hold the mark', () => {
    expect(at('./odd!name.js', ['odd', 'odd!name.js'])).toMatchObject({ path: 'odd!name.js', startLine: 2 });
    expect(at('./a!b.zip!c!d.zip!e', ['a!b.zip'])).toMatchObject({ path: 'a!b.zip', startLine: 1 });
  });

  it('keeps a name that was not given, for the reader to refuse', () => {
    expect(at('./other.zip!b.js', ['a.zip'])).toMatchObject({ path: 'other.zip!b.js' });
  });
});

describe('the recorded report', () => {
  const lines = runAdapter(kingfisher, report, { files, texts });

  it('loses and doubles nothing', () => {
    const { findings } = report as { findings: unknown[] };
    expect(ofType(lines, 'finding')).toHaveLength(findings.length);
    expect(findings.length).toBeGreaterThan(15);
  });

  it('keeps no hash of a secret', () => {
    expect(JSON.stringify(report)).toContain('[REDACTED:');
    expect(asJsonLines(lines)).not.toContain('REDACTED');
  });

  it('is read as expected', async () => {
    await expect(asJsonLines(lines)).toMatchFileSnapshot('../../../tools/kingfisher/expected.jsonl');
  });
});
