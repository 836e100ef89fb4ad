import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { semgrep } from '../../../../src/workers/reader/adapters/semgrep.js';
import { asJsonLines, runAdapter, suppressedIn } from './sink.js';

const result = (extra: object = {}, place: object = {}) => ({
  check_id: 'go-md5',
  path: 'a.go',
  start: { line: 1, col: 1 },
  end: { line: 1, col: 3 },
  extra: { message: 'MD5 is weak. Very.', severity: 'WARNING', metadata: {}, ...extra },
  ...place,
});
const report = (changes: object = {}) => ({
  version: '1.182.0',
  results: [],
  errors: [],
  paths: { scanned: ['a.go'] },
  skipped_rules: [],
  ...changes,
});

const read = (changes: object | null, files: readonly string[] = ['a.go'], text = 'package a\n') => {
  const texts = Object.fromEntries(files.map((name) => [name, text]));
  return runAdapter(semgrep, changes === null ? null : report(changes), { files, texts });
};
const ofType = (lines: readonly object[], type: string) => lines.filter((line) => 'type' in line && line.type === type);

describe('a report that is not whole', () => {
  it.each<[string, object | null]>([
    ['nothing', null],
    ['no results', { results: undefined }],
    ['no errors', { errors: undefined }],
    ['no list of what was scanned', { paths: {} }],
    ['SARIF', { results: undefined, runs: [] }],
    ['a result without a place', { results: [result({}, { start: undefined })] }],
    ['a place before the first line', { results: [result({}, { start: { line: 0, col: 1 } })] }],
    ['an unknown severity', { results: [result({ severity: 'SOME' })] }],
    ['an unknown severity of the rule', { results: [result({ metadata: { severity: 'SOME' } })] }],
    ['a rule id of another form', { results: [result({}, { check_id: 'a b' })] }],
    ['a file that was not handed over', { results: [result({}, { path: '/etc/a.go' })] }],
    ['an error without a type', { errors: [{ path: 'a.go' }] }],
    ['a place where it gave up, of no file', { time: { fixpoint_timeouts: [{ error_type: 'Fixpoint timeout' }] } }],
  ])('is refused: %s', (_, changes) => {
    expect(() => read(changes)).toThrow();
  });
});

describe('a tool that failed', () => {
  it.each<[string, object]>([
    ['a rule that cannot be read', { errors: [{ type: 'Rule parse error', rule_id: 'x', message: 'm' }] }],
    ['a pattern that cannot be read', { errors: [{ type: ['PatternParseError', ['x']], path: 'a.go' }] }],
    ['an engine that was killed', { errors: [{ type: 'SemgrepError', message: 'killed' }] }],
    ['a fatal error in one file', { errors: [{ type: 'Fatal error', path: 'a.go' }] }],
    ['an error that nobody knows', { errors: [{ type: 'Something new', path: 'a.go' }] }],
    ['an error with the name of a member of all objects', { errors: [{ type: 'constructor', path: 'a.go' }] }],
    ['a syntax error in no file', { errors: [{ type: 'Syntax error' }] }],
    ['rules that it left out', { skipped_rules: [{ rule_id: 'x' }] }],
  ])('says so: %s', (_, changes) => {
    expect(() => read(changes)).toThrow('failed: ');
  });
});

describe('a file that was not read as a whole', () => {
  it.each([
    ['Timeout', 'timeout'],
    ['Fixpoint timeout', 'timeout'],
    [['PartialParsing', [{ path: 'a.go' }]], 'unparsable'],
    ['Syntax error', 'unparsable'],
    ['Lexical error', 'unparsable'],
    ['Other syntax error', 'unparsable'],
    ['AST builder error', 'unparsable'],
    ['Internal matching error', 'unparsable'],
    ['Out of memory', 'too-large'],
    ['Stack overflow', 'too-large'],
    ['Too many matches', 'too-large'],
  ])('is unread after %j', (type, reason) => {
    expect(read({ errors: [{ type, path: './a.go' }] })).toMatchObject([{ type: 'unread', path: 'a.go', reason }]);
  });

  it('is told once, however many rules failed on it', () => {
    const errors = ['x', 'y', 'z'].map((rule_id) => ({ type: 'Timeout', rule_id, path: 'a.go' }));
    expect(read({ errors })).toHaveLength(1);
  });

  it('is told when following its data was given up, which is no error to Semgrep', () => {
    const gaveUp = { error_type: 'Fixpoint timeout', severity: 'warn', location: { path: 'a.go', start: { line: 1 } } };
    expect(read({ time: { fixpoint_timeouts: [gaveUp, gaveUp] } })).toMatchObject([
      { path: 'a.go', reason: 'timeout' },
    ]);
  });

  it('is told although it is not among the scanned ones', () => {
    expect(read({ paths: { scanned: [] } })).toMatchObject([{ path: 'a.go', reason: 'unsupported' }]);
  });

  it.each([
    ['exceeded_size_limit', 'too-large'],
    ['binary', 'not-text'],
    ['insufficient_permissions', 'unreadable'],
    ['analysis_failed_parser_or_internal_error', 'unparsable'],
    ['semgrepignore_patterns_match', 'unsupported'],
    ['constructor', 'unsupported'],
  ])('has the reason of the tool: %s', (skipped, reason) => {
    const paths = { scanned: [], skipped: [{ path: 'a.go', reason: skipped }] };
    expect(read({ paths })).toMatchObject([{ path: 'a.go', reason }]);
  });

  it('quotes nothing of it', () => {
    const lines = read({ errors: [{ type: 'Syntax error', path: 'a.go', message: 'at `hunter2`' }] });
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});

describe('a result', () => {
  it('under a nosem comment is a finding, and counted as suppressed', () => {
    const lines = read({ results: [result({ is_ignored: true })] });
    expect(lines).toHaveLength(2);
    expect(suppressedIn(lines)).toHaveLength(1);
  });

  it('has columns in UTF-16 code units', () => {
    const place = { start: { line: 1, col: 7 }, end: { line: 1, col: 8 } };
    expect(ofType(read({ results: [result({}, place)] }, ['a.go'], 'ü😀x\n'), 'finding')).toMatchObject([
      { startColumn: 4, endColumn: 5 },
    ]);
  });

  it('takes severity, CWE and remedy from the rule', () => {
    const metadata = { severity: 'critical', cwe: ['CWE-327: Broken', 'cwe-0079'], remedy: 'Use SHA-256.' };
    expect(ofType(read({ results: [result({ metadata })] }), 'rule')).toMatchObject([
      { severity: 'critical', cwe: ['CWE-327', 'CWE-79'], help: 'Use SHA-256.', shortDescription: 'MD5 is weak.' },
    ]);
  });

  it.each([
    ['ERROR', 'high'],
    ['WARNING', 'medium'],
    ['INFO', 'low'],
    ['CRITICAL', 'critical'],
    ['INVENTORY', 'none'],
  ])('has without that the severity of %s', (severity, expected) => {
    expect(ofType(read({ results: [result({ severity })] }), 'rule')).toMatchObject([{ severity: expected }]);
  });

  it('describes its rule by its first place, in whatever order the report is', () => {
    const results = [result({ message: 'b' }, { path: 'b.go' }), result({ message: 'a' })];
    const paths = { scanned: ['a.go', 'b.go'] };
    expect(read({ results, paths }, ['a.go', 'b.go'])).toEqual(
      read({ results: [...results].reverse(), paths }, ['a.go', 'b.go']),
    );
  });
});

const RECORDED = {
  semgrep: ['app.py', 'server.go', 'web/broken.js', 'web/fetch.ts'],
  opengrep: ['app.py', 'server.go', 'web/broken.js', 'web/fetch.ts'],
  njsscan: ['app.js', 'example/spec.js'],
};

describe.each(Object.entries(RECORDED))('the recorded report of %s', (tool, files) => {
  const home = join(import.meta.dirname, '../../../tools', tool);
  const texts = Object.fromEntries(files.map((name) => [name, readFileSync(join(home, 'positive', name), 'utf8')]));
  const recorded: { results: unknown[] } = JSON.parse(readFileSync(join(home, 'report.json'), 'utf8'));
  const lines = runAdapter(semgrep, recorded, { files, texts });

  it('is read as expected', async () => {
    await expect(asJsonLines(lines)).toMatchFileSnapshot(join(home, 'expected.jsonl'));
  });

  it('loses and doubles nothing', () => {
    expect(ofType(lines, 'finding')).toHaveLength(recorded.results.length);
  });
});
