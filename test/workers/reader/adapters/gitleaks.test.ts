import { describe, expect, it } from 'vitest';
import { gitleaks } from '../../../../src/workers/reader/adapters/gitleaks.js';
import { recordedOf } from './recorded.js';
import { asJsonLines, runAdapter } from './sink.js';

const { report, files, texts } = recordedOf('gitleaks');
const leak = {
  RuleID: 'github-pat',
  Description: 'Uncovered a GitHub Personal Access Token.',
  StartLine: 2,
  EndLine: 2,
  Match: 'token = REDACTED',
  File: '/src/view/a.txt',
  Commit: '',
};
const read = (found: readonly object[], name = 'a.txt', text = 'a\nb\n') =>
  runAdapter(gitleaks, found, { files: [name], texts: { [name]: text } });
const ofType = (lines: readonly object[], type: string) => lines.filter((line) => 'type' in line && line.type === type);

describe('a report that is not whole', () => {
  it.each([
    ['no rule', { RuleID: '' }],
    ['no file', { File: undefined }],
    ['no line', { StartLine: undefined }],
    ['a line before the first', { StartLine: -1 }],
    ['no description', { Description: null }],
    ['a leak of the history', { Commit: '0123456789' }],
  ])('is refused: %s', (_, changes) => {
    expect(() => read([{ ...leak, ...changes }])).toThrow();
  });

  it.each([null, {}, 'no leaks found'])('is refused: %j', (broken) => {
    expect(() => runAdapter(gitleaks, broken, { files: [] })).toThrow();
  });
});

describe('a file that Gitleaks leaves out', () => {
  it.each([
    ...[
      'a.png',
      'x/A.SVG',
      'doc.pdf',
      'a.gem',
      'sub/go.sum',
      'gradlew',
      'yarn.lock',
      'jquery-3.1.js',
      'a.gitleaks.toml',
    ],
    ...[
      'vendor/bundle/x.rb',
      'vendor/github.com/a/b.go',
      'a-1.0.dist-info/METADATA',
      'node_modules/p/i.js',
      'env/lib/a.py',
    ],
    ...['notes.gz', 'nav.bridge.ts', '.browserslistrc', 'a.zipper.txt', 'lib/python3.9/a.py', 'xgitleaks.toml.d/f.txt'],
  ])('is unread: %s', (name) => {
    expect(read([], name)).toMatchObject([{ type: 'unread', path: name, reason: 'unsupported' }]);
  });

  it.each([
    ...['MZ_VALUE = 1\n', '%PDF-', '{\\rtf', 'PK', 'CWS', '!<arch>\n', `${'a'.repeat(257)}ustar`, '\u0000asm'],
    ...['\ufffdELF', `${'\n'.repeat(32_769)}CD001`],
  ])('is unread for its first bytes: %j', (text) => {
    expect(read([], 'a.txt', text)).toMatchObject([{ type: 'unread', reason: 'unsupported' }]);
  });

  it.each(['a.ts', 'vendor/x/y.go', 'venv/bin/a', 'Makefile', 'brand.ts', 'a.lzw', 'x.dll', 'bin/run'])(
    'is read: %s',
    (name) => {
      expect(read([], name)).toEqual([]);
    },
  );
});

describe('a leak', () => {
  it('of a rule that goes by the file name is at its first line', () => {
    const lines = read([{ ...leak, RuleID: 'pkcs12-file', StartLine: 0, EndLine: 0 }]);
    expect(ofType(lines, 'finding')).toMatchObject([{ startLine: 1, endLine: 1 }]);
  });

  it.each([
    ['github-pat', 'high', 'CWE-798'],
    ['private-key', 'high', 'CWE-321'],
    ['generic-api-key', 'medium', 'CWE-798'],
    ['discord-client-id', 'low', 'CWE-798'],
  ])('of %s is %s', (RuleID, severity, cwe) => {
    expect(read([{ ...leak, RuleID }])[0]).toMatchObject({ type: 'rule', severity, cwe: [cwe] });
  });

  it('is told without what was matched', () => {
    expect(asJsonLines(read([{ ...leak, Match: 'xyzzy', Secret: 'xyzzy' }]))).not.toContain('xyzzy');
  });
});

describe('the recorded report', () => {
  const lines = runAdapter(gitleaks, report, { files, texts });

  it('loses and doubles nothing', () => {
    const leaks = report as unknown[];
    expect(ofType(lines, 'finding')).toHaveLength(leaks.length);
    expect(leaks.length).toBeGreaterThan(15);
  });

  it('is read as expected', async () => {
    await expect(asJsonLines(lines)).toMatchFileSnapshot('../../../tools/gitleaks/expected.jsonl');
  });
});
