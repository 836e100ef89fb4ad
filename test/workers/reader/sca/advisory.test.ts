import { describe, expect, it } from 'vitest';
import {
  cweIds,
  emitMatches,
  type Match,
  scoreSeverity,
  wordSeverity,
} from '../../../../src/workers/reader/sca/advisory.js';
import { runAdapter } from '../adapters/sink.js';

const match: Match = {
  id: 'CVE-1-2',
  package: 'a',
  version: '1',
  purl: 'pkg:golang/a@1',
  fixed: ['2'],
  path: 'go.mod',
  line: 3,
  severity: 'low',
  cwe: ['CWE-79'],
  aliases: ['CVE-1-2', 'GHSA-1'],
  summary: 'A flaw\nwith more to say',
  details: '',
};
const emit = (...matches: Match[]) => runAdapter((_, sink) => emitMatches(matches, sink), {}, { files: [] });

describe('matches of advisories', () => {
  it('gives one rule the highest severity of its matches, and each finding its own', () => {
    const other: Match = { ...match, package: 'b', path: 'a.lock', severity: 'critical', cwe: ['CWE-20'], fixed: [] };
    const lines = emit(match, other);
    expect(lines).toMatchObject([
      { type: 'rule', id: 'CVE-1-2', severity: 'critical', cwe: ['CWE-20', 'CWE-79'] },
      { type: 'finding', path: 'a.lock', message: 'b 1 has CVE-1-2 (A flaw); no fixed version is known.' },
      { type: 'finding', path: 'go.mod', severity: 'low', message: 'a 1 has CVE-1-2 (A flaw); fixed in 2.' },
    ]);
    expect(lines).toEqual(emit(other, match));
  });

  it('keeps two findings that are alike', () => {
    expect(emit(match, match)).toHaveLength(3);
  });

  it('says where nobody stated a severity', () => {
    const [rule] = emit({ ...match, severity: undefined });
    expect(rule).toMatchObject({ severity: 'high', help: expect.stringContaining('states no severity') });
  });

  it('names other ids of the flaw and not its own', () => {
    expect(emit(match)[0]).toMatchObject({ help: expect.stringContaining('Also known as GHSA-1.') });
  });

  it.each([
    [10, 'critical'],
    [9, 'critical'],
    [8.9, 'high'],
    [7, 'high'],
    [4, 'medium'],
    [3.9, 'low'],
    [0, 'low'],
  ])('takes a score of %s for %s', (score, severity) => {
    expect(scoreSeverity(score)).toBe(severity);
  });

  it.each(['UNKNOWN', '', 'constructor', undefined])('takes the word %s for none', (word) => {
    expect(wordSeverity(word)).toBeUndefined();
  });

  it('keeps real CWE ids alone', () => {
    expect(cweIds(['CWE-79', 'cwe-079', 'NVD-CWE-noinfo', 'CWE-0', 'CWE-79: XSS', 'CWE-20'])).toEqual([
      'CWE-20',
      'CWE-79',
    ]);
  });
});
