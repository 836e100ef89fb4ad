import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findingSchema } from '../../../src/core/findings/finding.js';
import type { Collected } from '../../../src/workers/reader/collect.js';
import { indexOf, normalise } from '../../../src/workers/reader/normalise.js';
import type { RawFinding, ReaderRequest } from '../../../src/workers/reader/protocol.js';

const source = mkdtempSync(join(tmpdir(), 'reader-history-'));

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const raw: RawFinding = { rule: 'r', path: 'gone/a.py', startLine: 7, message: 'A token.', commit: COMMIT };
const request = { tool: 'history', category: 'secrets' } as ReaderRequest;
const rule = {
  id: 'r',
  name: 'r',
  severity: 'high' as const,
  kind: 'fail' as const,
  cwe: ['CWE-798'],
  shortDescription: 's',
  fullDescription: 'f',
  help: 'h',
};

function read(...findings: Partial<RawFinding>[]) {
  const collected: Collected = {
    rules: new Map([['r', rule]]),
    findings: findings.map((one) => ({ ...raw, ...one })),
    unread: [],
    components: [],
  };
  return normalise(collected, request, indexOf([]), source);
}

describe('a finding in a commit', () => {
  it.each(['../a', '/etc/passwd', 'a/../b', 'a//b', './a', 'a/', '', 'a\nb', 'a\u001b[2Jb', '..', 'a/.'])(
    'is refused with an unsafe path: %j',
    (path) => {
      expect(() => read({ path })).toThrow('unsafe path');
    },
  );

  it.each(['', 'HEAD', COMMIT.slice(1), COMMIT.toUpperCase(), `${COMMIT}\n`, `${COMMIT}0`])(
    'is refused with what is no commit: %j',
    (commit) => {
      expect(() => read({ commit })).toThrow('no commit');
    },
  );

  it('is refused for an undeclared rule', () => {
    expect(() => read({ rule: 'other' })).toThrow('undeclared rule');
  });

  it('without a commit must be in a file of the snapshot', () => {
    expect(() => read({ commit: undefined })).toThrow('not in scope');
  });

  it('keeps the place that the tool told, of a file that is not there', () => {
    const [finding] = read({ endLine: 9 });
    expect(finding).toMatchObject({ path: 'gone/a.py', commit: COMMIT, startLine: 7, endLine: 9, severity: 'high' });
    expect(finding?.message).toBe('A token. (in commit 0123456789ab)');
    expect(findingSchema.safeParse(JSON.parse(JSON.stringify(finding))).success).toBe(true);
  });

  it('has a fingerprint of rule, path, commit and ordinal, and of nothing else', () => {
    const print = (...findings: Partial<RawFinding>[]) => read(...findings).map(({ fingerprint }) => fingerprint);
    const [one] = print({});
    expect(print({ startLine: 99, message: 'Other.' })).toEqual([one]);
    const others = [
      ...print({ commit: 'f'.repeat(40) }),
      ...print({ path: 'b' }),
      ...print({}, { startLine: 8 }).slice(1),
    ];
    expect(new Set([one, ...others]).size).toBe(4);
  });

  it('is in the same place whatever the order of the report', () => {
    const some = [{}, { startLine: 8 }, { commit: 'f'.repeat(40) }, { path: 'b' }, { startLine: 8, endLine: 8 }];
    const expected = JSON.stringify(read(...some).map(({ fingerprint, startLine }) => [fingerprint, startLine]));
    fc.assert(
      fc.property(fc.shuffledSubarray(some, { minLength: some.length }), (shuffled) => {
        const found = read(...shuffled).map(({ fingerprint, startLine }) => [fingerprint, startLine]);
        expect(JSON.stringify(found)).toBe(expected);
      }),
    );
  });
});
