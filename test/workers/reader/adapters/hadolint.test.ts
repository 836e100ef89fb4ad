import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hadolint } from '../../../../src/workers/reader/adapters/hadolint.js';
import { asJsonLines, runAdapter } from './sink.js';

const HOME = join(import.meta.dirname, '../../../tools/hadolint');
const NAMES = ['Containerfile', 'app/Dockerfile', 'heredoc.dockerfile', 'pwsh.Dockerfile'];
const texts = Object.fromEntries(NAMES.map((name) => [name, readFileSync(join(HOME, 'positive', name), 'utf8')]));
const recorded: Record<string, unknown>[] = JSON.parse(readFileSync(join(HOME, 'report.json'), 'utf8'));
const problem = { code: 'DL3004', column: 1, file: 'Dockerfile', level: 'error', line: 1, message: 'no sudo' };

const read = (report: unknown, text = 'FROM debian:12\n') =>
  runAdapter(hadolint, report, { files: ['Dockerfile'], texts: { Dockerfile: text } });
const typesOf = (lines: object[]) => lines.map((line) => ('type' in line ? line.type : undefined));

describe('a report that is not whole', () => {
  it.each([
    ['no list', { results: [] }],
    ['nothing', null],
    ['text', 'hadolint: Dockerfile: does not exist'],
    ['a problem without a file', [{ ...problem, file: undefined }]],
    ['a problem without a line', [{ ...problem, line: 0 }]],
    ['an unknown level', [{ ...problem, level: 'ignore' }]],
    ['a code of another form', [{ ...problem, code: 'DL3004\u001b[2J' }]],
    ['a problem without a message', [{ ...problem, message: '' }]],
  ])('is refused: %s', (_, report) => {
    expect(() => read(report)).toThrow();
  });
});

describe('a file that was not judged', () => {
  it('is unread where the parser gave up, and no finding', () => {
    expect(read([{ ...problem, code: 'DL1000' }])).toEqual([
      { type: 'unread', path: 'Dockerfile', reason: 'unparsable', detail: 'Hadolint could not parse this file' },
    ]);
  });

  it.each([
    '# hadolint shell=pwsh\nFROM debian:12\n',
    'FROM debian:12\n  #hadolint   shell = /bin/zsh\nRUN cd x\n',
    'FROM debian:12\n# HADOLINT SHELL=PowerShell\n',
    'FROM debian:12\nRUN <<EOF\n# shellcheck disable=SC2164\ncd x\nEOF\n',
    '# hadolint shell=pwsh\r\nFROM debian:12\r\n',
  ])('is unread where a comment turns checks off: %j', (text) => {
    expect(typesOf(read([], text))).toEqual(['unread']);
  });

  it.each([
    '# hadolint shell=/bin/bash\nFROM debian:12\n',
    '# hadolint shell=bash\r\nFROM debian:12\r\n',
    '# hadolint ignore=DL3020\nFROM debian:12\n',
    '# we use shellcheck\nFROM debian:12\n',
  ])('is read where a comment does not: %j', (text) => {
    expect(read([], text)).toEqual([]);
  });
});

describe('a list of what stays out of a build', () => {
  it('is no file that was not judged', () => {
    const report = [{ ...problem, code: 'DL1000', file: 'Dockerfile.dockerignore' }];
    expect(runAdapter(hadolint, report, { files: [] })).toEqual([]);
  });
});

describe('the recorded report', () => {
  const lines = runAdapter(hadolint, recorded, { files: NAMES, texts });

  it('keeps every result, once', () => {
    const findings = lines.filter((line) => 'type' in line && line.type === 'finding');
    expect(recorded.length).toBeGreaterThan(5);
    expect(findings).toHaveLength(recorded.filter(({ code }) => code !== 'DL1000').length);
  });

  it('keeps what a pragma of the tree wants ignored', () => {
    expect(lines).toContainEqual(expect.objectContaining({ type: 'finding', rule: 'DL3020', path: 'app/Dockerfile' }));
  });

  it('reads as before', async () => {
    await expect(asJsonLines(lines)).toMatchFileSnapshot(join(HOME, 'expected.jsonl'));
  });
});

describe('severities', () => {
  it('has nothing above medium, and notes for review', () => {
    const severities = ['error', 'warning', 'info', 'style'].map((level) => {
      const [, finding] = read([{ ...problem, level }]);
      return finding;
    });
    expect(severities).toEqual([
      expect.objectContaining({ severity: 'medium', kind: 'fail' }),
      expect.objectContaining({ severity: 'low', kind: 'fail' }),
      expect.objectContaining({ severity: 'none', kind: 'review' }),
      expect.objectContaining({ severity: 'none', kind: 'review' }),
    ]);
  });
});
