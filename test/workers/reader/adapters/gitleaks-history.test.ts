import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { END_OF_HISTORY, MERGE_FOLDER } from '../../../../src/core/lib/history-marks.js';
import { gitleaksHistory } from '../../../../src/workers/reader/adapters/gitleaks-history.js';
import { asJsonLines, runAdapter } from './sink.js';

const HOME = 'test/tools/gitleaks-history';
const commit = 'a'.repeat(40);
const leak = {
  RuleID: 'github-pat',
  Description: 'Uncovered a GitHub Personal Access Token.',
  StartLine: 2,
  EndLine: 2,
  Match: 'token = REDACTED',
  File: 'gone/a.txt',
  Commit: commit,
};
const end = { ...leak, RuleID: END_OF_HISTORY.rule, File: END_OF_HISTORY.path, Commit: 'b'.repeat(40) };
const read = (found: readonly object[]) => runAdapter(gitleaksHistory, found, { files: ['a.txt'] });
const ofType = (lines: readonly object[], type: string) => lines.filter((line) => 'type' in line && line.type === type);

describe('a report that is not whole', () => {
  it.each([
    ['nothing found at all', []],
    ['no end of the history', [leak]],
    ['two ends', [end, end]],
    ['an end under another name', [{ ...end, File: `x/${END_OF_HISTORY.path}` }]],
    ['another rule in the file of the end', [{ ...end, RuleID: 'generic-api-key' }]],
  ])('is refused: %s', (_, found) => {
    expect(() => read(found)).toThrow('failed: Gitleaks did not read the history to its end');
  });

  it.each([
    ['no rule', { RuleID: '' }],
    ['no file', { File: '' }],
    ['no line', { StartLine: undefined }],
    ['no commit, as when its header cannot be read', { Commit: '' }],
    ['what is no commit', { Commit: 'HEAD' }],
  ])('is refused: %s', (_, changes) => {
    expect(() => read([{ ...leak, ...changes }, end])).toThrow();
  });

  it.each([null, {}, 'no leaks found'])('is refused: %j', (broken) => {
    expect(() => runAdapter(gitleaksHistory, broken, { files: [] })).toThrow();
  });
});

describe('a leak', () => {
  it('is told with its commit, and without what was matched or who wrote it', () => {
    const author = {
      Author: 'xyzzy',
      Email: 'xyzzy@example.org',
      Date: '2024-01-02',
      Message: 'xyzzy',
      Secret: 'xyzzy',
    };
    const lines = read([{ ...leak, ...author, Match: 'xyzzy' }, end]);
    expect(ofType(lines, 'finding')).toMatchObject([{ path: 'gone/a.txt', commit, startLine: 2, endLine: 2 }]);
    expect(asJsonLines(lines)).not.toContain('xyzzy');
  });

  it('of a rule that goes by the file name is at its first line', () => {
    const lines = read([end, { ...leak, RuleID: 'pkcs12-file', StartLine: 0, EndLine: 0 }]);
    expect(ofType(lines, 'finding')).toMatchObject([{ startLine: 1, endLine: 1 }]);
  });
});

describe('a leak that a merge added by itself', () => {
  it('is told where the merge has it', () => {
    const merge = 'c'.repeat(40);
    const lines = read([end, { ...leak, File: `${MERGE_FOLDER}/${merge}/x/a.txt` }]);
    expect(ofType(lines, 'finding')).toMatchObject([{ path: 'x/a.txt', commit: merge }]);
  });

  it('keeps its name where that names no merge', () => {
    const lines = read([end, { ...leak, File: `${MERGE_FOLDER}/HEAD/a.txt` }]);
    expect(ofType(lines, 'finding')).toMatchObject([{ path: `${MERGE_FOLDER}/HEAD/a.txt`, commit }]);
  });
});

describe('the recorded report', () => {
  const report: unknown[] = JSON.parse(readFileSync(`${HOME}/report.json`, 'utf8'));
  const lines = runAdapter(gitleaksHistory, report, { files: [] });

  it('loses and doubles nothing but the end of the history', () => {
    expect(ofType(lines, 'finding')).toHaveLength(report.length - 1);
    expect(report.length).toBeGreaterThan(5);
  });

  it('is read as expected', async () => {
    await expect(asJsonLines(lines)).toMatchFileSnapshot('../../../tools/gitleaks-history/expected.jsonl');
  });
});

describe('the tool file', () => {
  const { run } = parse(readFileSync('tools/gitleaks-history.yaml', 'utf8')).suppliers[0];
  const config: string = run.config['gitleaks.toml'];

  it('has the rule that finds the end', () => {
    const [, path = '', regex = ''] = /path = '''(.*)'''\nregex = '''(.*)'''/.exec(config) ?? [];
    expect(config).toContain(`id = "${END_OF_HISTORY.rule}"`);
    expect(END_OF_HISTORY.path).toMatch(new RegExp(path));
    expect(END_OF_HISTORY.text).toMatch(new RegExp(regex));
  });

  it('takes an exit code without leaks for a failure', () => {
    expect(run.exitCodes).toEqual({ clean: [7], findings: [7] });
  });

  it('keeps nothing about the authors of commits', () => {
    expect(run.report.drop).toEqual(expect.arrayContaining(['Author', 'Email', 'Date', 'Message', 'Link']));
  });
});
