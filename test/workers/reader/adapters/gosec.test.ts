import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gosec } from '../../../../src/workers/reader/adapters/gosec.js';
import { asJsonLines, runAdapter, suppressedIn } from './sink.js';

const HOME = join(import.meta.dirname, '../../../tools/gosec');

const issue = (changes: object = {}) => ({
  severity: 'MEDIUM',
  confidence: 'HIGH',
  cwe: { id: '328', url: 'https://cwe.mitre.org/data/definitions/328.html' },
  rule_id: 'G401',
  details: 'Use of weak cryptographic primitive',
  file: '/src/view/a.go',
  line: '1',
  column: '1',
  nosec: false,
  suppressions: null,
  ...changes,
});
interface Told {
  errors?: object;
  issues?: readonly object[];
  files?: number;
  found?: number;
}
const report = ({ errors = {}, issues = [], files = 1, found }: Told = {}) => ({
  'Golang errors': errors,
  Issues: issues,
  Stats: { files, lines: 1, nosec: 0, found: found ?? issues.length },
});

const read = (value: unknown, files: Readonly<Record<string, string>> = { 'a.go': 'package a\n' }) =>
  runAdapter(gosec, value, { files: Object.keys(files), texts: files });
const ofType = (lines: readonly object[], type: string) => lines.filter((line) => 'type' in line && line.type === type);

describe('a report that is not whole', () => {
  it.each([
    ['nothing', null],
    ['no list of errors', { ...report(), 'Golang errors': undefined }],
    ['no issues', { ...report(), Issues: null }],
    ['no counts', { ...report(), Stats: {} }],
    ['a rule id of another form', report({ issues: [issue({ rule_id: 'toString' })] })],
    ['an unknown severity', report({ issues: [issue({ severity: 'NONE' })] })],
    ['no line', report({ issues: [issue({ line: '' })] })],
    ['a file that was not handed over', report({ issues: [issue({ file: '/etc/a.go' })] })],
  ])('is refused: %s', (_, value) => {
    expect(() => read(value)).toThrow();
  });

  it('is refused when gosec counted more issues', () => {
    expect(() => read(report({ issues: [issue()], found: 2 }))).toThrow('failed: ');
  });
});

describe('a package that does not compile', () => {
  const files = { 'a/a.go': 'package a\n', 'a/b.go': 'package a\n', 'b/b.go': 'package b\n' };
  const message = { line: 1, column: 1, error: 'could not import example.org/absent' };
  const unreadFor = (errors: object, counted = 3) =>
    ofType(read(report({ errors, files: counted }), files), 'unread').map((line) => 'path' in line && line.path);

  it('is unread with all its files, as the error is told for a file or a folder', () => {
    expect(unreadFor({ '/src/view/a/a.go': [message] })).toEqual(['a/a.go', 'a/b.go']);
    expect(unreadFor({ 'a/a.go': [message] })).toEqual(['a/a.go', 'a/b.go']);
    expect(unreadFor({ a: [message] }, 1)).toEqual(['a/a.go', 'a/b.go']);
  });

  it('is found in the output of the compiler', () => {
    const error = '# command-line-arguments\na/a.go:3:9: syntax error: unexpected {, expected )';
    expect(unreadFor({ '': [{ line: 0, column: 0, error }] })).toEqual(['a/a.go', 'a/b.go']);
  });

  it.each(['', '-', '/tool/go/src/os/file.go', 'c'])('may be any when the error is told for %j', (key) => {
    expect(unreadFor({ [key]: [message] })).toHaveLength(3);
  });

  it('is the root when the error is told for `.`', () => {
    const lines = read(report({ errors: { '.': [message] }, files: 0 }));
    expect(lines).toMatchObject([{ path: 'a.go', reason: 'unparsable' }]);
  });

  it('keeps its findings', () => {
    const lines = read(report({ errors: { 'a.go': [message] }, issues: [issue()] }));
    expect(ofType(lines, 'finding')).toHaveLength(1);
  });

  it('is not one that embeds a file, which changes no type', () => {
    const error = 'pattern assets/*: no matching files found';
    expect(unreadFor({ 'a/a.go': [{ line: 1, column: 1, error }] })).toEqual([]);
  });
});

describe('a file that gosec does not read', () => {
  const header = (line: string) => `// Package a.\n\n${line}\n\npackage a\n`;

  it.each([
    ['_a.go', 'package a\n'],
    ['.a.go', 'package a\n'],
    ['a_windows.go', 'package a\n'],
    ['a_arm64.go', 'package a\n'],
    ['a_windows_amd64.go', 'package a\n'],
    ['a_linux_arm64.go', 'package a\n'],
    ['a_windows.x.go', 'package a\n'],
    ['a_windows_test.x.go', 'package a\n'],
    ['vendor/a/a.go', 'package a\n'],
    ['my-vendors/a.go', 'package a\n'],
    ['a.go', header('//go:build ignore')],
    ['a.go', header('//go:build windows || (darwin && !arm64)')],
    ['a.go', header('//go:build cgo')],
    ['a.go', header('//go:build go1.27')],
    ['a.go', header('//go:build !linux')],
    ['a.go', header('//go:build linux &&')],
    ['a.go', header(`//go:build ${'('.repeat(5000)}linux${')'.repeat(5000)}`)],
    ['a.go', `/* one\n two */\n//go:build ignore\n\npackage a\n`],
    ['a.go', header('// +build windows,amd64 darwin')],
    ['a.go', header('// +build !linux')],
    ['a.go', 'package a\n\nimport "C"\n'],
    ['a.go', 'package a\n\nimport (\n\t"os"\n\t"C" // cgo\n)\n'],
  ])('is unread: %s %j', (name, text) => {
    expect(read(report({ files: 0 }), { [name]: text })).toMatchObject([{ path: name, reason: 'unsupported' }]);
  });

  it.each([
    ['a_linux.go', 'package a\n'],
    ['a_linux_amd64.go', 'package a\n'],
    ['a_unix.go', 'package a\n'],
    ['linux.go', 'package a\n'],
    ['windows.go', 'package a\n'],
    ['vendor.go', 'package a\n'],
    ['a.go', header('//go:build linux && (amd64 || arm64) && !cgo')],
    ['a.go', header('//go:build unix && gc && go1.22')],
    ['a.go', header('// +build linux,!cgo windows')],
    ['a.go', 'package a\n\n//go:build ignore\n'],
    ['a.go', 'package a\n\nvar c = "C"\n'],
  ])('is not this one: %s %j', (name, text) => {
    expect(read(report(), { [name]: text })).toEqual([]);
  });

  it('may be any when gosec counts fewer than it was given', () => {
    const files = { 'a.go': 'package a\n', 'b.go': 'package a\n', 'go.mod': 'module a\n' };
    expect(read(report({ files: 1 }), files)).toMatchObject([{ path: 'a.go' }, { path: 'b.go' }]);
  });
});

describe('an issue', () => {
  it('under a comment that would hide it is a finding, and counted as suppressed', () => {
    const suppressions = [{ kind: 'inSource', justification: 'x' }];
    const issues = [issue({ suppressions }), issue({ nosec: true })];
    expect(ofType(read(report({ issues, found: 0 })), 'finding')).toHaveLength(2);
    expect(suppressedIn(read(report({ issues, found: 0 })))).toHaveLength(2);
  });

  it('has columns in UTF-16 code units, and a range of lines', () => {
    const lines = read(report({ issues: [issue({ line: '1-3', column: '7' })] }), { 'a.go': 'ü😀x\n\n\n' });
    expect(ofType(lines, 'finding')).toMatchObject([{ startLine: 1, startColumn: 4, endLine: 3 }]);
  });

  it('gives its rule the highest severity of all its issues', () => {
    const issues = [issue({ severity: 'LOW' }), issue({ severity: 'HIGH' })];
    const lines = read(report({ issues }));
    expect(ofType(lines, 'rule')).toMatchObject([{ id: 'G401', severity: 'high', cwe: ['CWE-328'] }]);
    expect(ofType(lines, 'finding')).toMatchObject([{ severity: 'low' }, { severity: 'high' }]);
  });

  it('may be of a rule that this project does not know', () => {
    const lines = read(report({ issues: [issue({ rule_id: 'G999', details: 'New.', cwe: null })] }));
    expect(ofType(lines, 'rule')).toMatchObject([{ id: 'G999', shortDescription: 'New.', cwe: [] }]);
  });
});

describe('the recorded report', () => {
  const names = readdirSync(join(HOME, 'positive'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /(\.go|go\.mod)$/.test(name) && !name.endsWith('_test.go'))
    .sort();
  const texts = Object.fromEntries(names.map((name) => [name, readFileSync(join(HOME, 'positive', name), 'utf8')]));
  const recorded: { Issues: unknown[] } = JSON.parse(readFileSync(join(HOME, 'report.json'), 'utf8'));
  const lines = read(recorded, texts);

  it('is read as expected', async () => {
    await expect(asJsonLines(lines)).toMatchFileSnapshot(join(HOME, 'expected.jsonl'));
  });

  it('loses and doubles nothing', () => {
    expect(ofType(lines, 'finding')).toHaveLength(recorded.Issues.length);
  });
});
