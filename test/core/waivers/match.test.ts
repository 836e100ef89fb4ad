import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/core/findings/finding.js';
import { admitWaivers, type WaiverSet } from '../../../src/core/waivers/admit.js';
import type { UnsignedEntry, WaiverEntry } from '../../../src/core/waivers/entry.js';
import { waiverMatcher } from '../../../src/core/waivers/match.js';
import { pathPattern } from '../../../src/core/waivers/path-pattern.js';
import { readWaivers } from '../../../src/core/waivers/read.js';
import { waiverStates, waiverUses } from '../../../src/core/waivers/uses.js';
import { AS_OF, alice, fileOf, finding, rules, unsigned, waived } from './support.js';

const setOf = (...entries: WaiverEntry[]): WaiverSet => admitWaivers(readWaivers(fileOf(...entries)), rules(), AS_OF);
const covers = (over: Partial<UnsignedEntry>, one: Finding): boolean =>
  waiverMatcher(setOf(waived(over)), AS_OF)(one) !== undefined;

const rule = { tool: 'ruff', rule: 'S1', path: 'a.py' };
const flaw = { ids: ['CVE-2021-23337', 'GHSA-35jh-r3h4-6jhm'], purl: 'pkg:npm/lodash@4.17.20' };
const vulnerable = finding({ category: 'sca', vulnerability: flaw });

describe('a waiver does not cover', () => {
  it.each<[string, Partial<UnsignedEntry>, Finding]>([
    ['another fingerprint', {}, finding()],
    ['another tool', { rule }, finding({ tool: 'bandit' })],
    ['another rule', { rule }, finding({ rule: 'S10' })],
    ['another path', { rule }, finding({ path: 'b/a.py' })],
    ['a path that its pattern does not name', { rule: { ...rule, path: 'src/**' } }, finding()],
    ['another rule with a pattern', { rule: { ...rule, path: 'a*' } }, finding({ rule: 'S2' })],
    ['another flaw', { vulnerability: { id: 'CVE-2021-2333', purl: flaw.purl } }, vulnerable],
    ['another version', { vulnerability: { id: 'CVE-2021-23337', purl: 'pkg:npm/lodash@4.17.2' } }, vulnerable],
    ['another package', { vulnerability: { id: 'CVE-2021-23337', purl: 'pkg:npm/lodash-es' } }, vulnerable],
    ['a package of other letters', { vulnerability: { id: 'CVE-2021-23337', purl: 'pkg:npm/Lodash' } }, vulnerable],
    ['a package whose name it begins', { vulnerability: { id: 'CVE-2021-23337', purl: 'pkg:npm/lod' } }, vulnerable],
    [
      'a flaw of no package',
      { vulnerability: { id: 'X', purl: 'pkg:npm/a' } },
      finding({ vulnerability: { ids: ['X'] } }),
    ],
  ])('%s', (_, over, one) => {
    expect(covers({ status: 'accepted', ...over }, one)).toBe(false);
  });

  it('anything on the day it expires, nor later', () => {
    const matchOn = (day: string) => waiverMatcher(setOf(waived()), day)(finding({ fingerprint: 'a'.repeat(64) }))?.id;
    expect([matchOn('2026-06-30'), matchOn('2026-07-01'), matchOn('2027-01-01')]).toEqual([
      'one',
      undefined,
      undefined,
    ]);
  });
});

describe('a waiver covers', () => {
  it.each<[string, Partial<UnsignedEntry>, Finding]>([
    ['its fingerprint', {}, finding({ fingerprint: 'a'.repeat(64) })],
    ['a review note', {}, finding({ fingerprint: 'a'.repeat(64), kind: 'review', severity: 'none' })],
    ['its rule at its path', { rule }, finding()],
    ['its rule below a folder', { rule: { ...rule, path: 'src/**' } }, finding({ path: 'src/a/b.py' })],
    ['a flaw by any of its names', { vulnerability: { id: 'GHSA-35jh-r3h4-6jhm', purl: flaw.purl } }, vulnerable],
    ['every version', { vulnerability: { id: 'CVE-2021-23337', purl: 'pkg:npm/lodash' } }, vulnerable],
    [
      'every version, whatever follows it',
      { vulnerability: { id: 'X', purl: 'pkg:npm/%40a/b' } },
      finding({ vulnerability: { ids: ['X'], purl: 'pkg:npm/%40a/b@1%2B2?arch=x/y@z#p/q@3' } }),
    ],
  ])('%s', (_, over, one) => {
    expect(covers(over, one)).toBe(true);
  });
});

describe('of several waivers', () => {
  it('the first by id counts, wherever it stands and whatever it names', () => {
    const one = finding({ fingerprint: 'a'.repeat(64), vulnerability: flaw });
    const entries = [
      waived({ id: 'd' }),
      waived({ id: 'c', rule }),
      waived({ id: 'b', rule: { ...rule, path: '*.py' } }),
      waived({ id: 'a', vulnerability: { id: 'CVE-2021-23337', purl: 'pkg:npm/lodash' } }),
    ];
    for (let n = 0; n < entries.length; n += 1)
      expect(waiverMatcher(setOf(...entries.slice(0, n + 1)), AS_OF)(one)?.id).toBe(entries[n]?.id);
  });

  it('the answer is that of trying each in turn', () => {
    const word = fc.constantFrom('a', 'b', 'c');
    const path = fc.array(word, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
    const pattern = fc.oneof(path, fc.constantFrom('a/**', '**/b', 'a*', '*/b', '**/a/*'));
    const ruleTarget = fc.record({ tool: fc.constantFrom('ruff', 'bandit'), rule: word, path: pattern });
    const purl = fc.constantFrom('pkg:npm/a', 'pkg:npm/a@1', 'pkg:npm/a@2', 'pkg:npm/b@1');
    const target = fc.oneof(
      word.map((letter) => ({ fingerprint: letter.repeat(64) })),
      ruleTarget.map((one) => ({ rule: one })),
      fc.record({ id: word, purl }).map((vulnerability) => ({ vulnerability })),
    );
    const expires = fc.constantFrom('2026-06-15', '2026-06-16');
    const waivers = fc.array(fc.tuple(target, expires), { maxLength: 8 });
    const findings = fc.array(
      fc.record({
        tool: fc.constantFrom('ruff', 'bandit'),
        rule: word,
        path,
        fingerprint: word.map((letter) => letter.repeat(64)),
        vulnerability: fc.option(fc.record({ ids: fc.uniqueArray(word, { minLength: 1 }), purl }), { nil: undefined }),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(waivers, findings, (given, found) => {
        const entries = given.map(([over, end], i) => waiverOf(unsigned({ ...over, id: `w${i}`, expires: end })));
        const match = waiverMatcher({ entries, document: {}, digest: '' }, AS_OF);
        for (const one of found.map(finding))
          expect(match(one)?.id).toBe(entries.find((entry) => entry.expires > AS_OF && naive(entry, one))?.id);
      }),
      { numRuns: 500 },
    );
  });
});

const signer = { name: 'Alice', keyid: alice.keyid };
const waiverOf = (entry: UnsignedEntry) => ({ ...entry, signatures: [], author: signer, approver: undefined });

function naive({ fingerprint, rule: named, vulnerability }: UnsignedEntry, one: Finding): boolean {
  if (named !== undefined)
    return named.tool === one.tool && named.rule === one.rule && pathPattern(named.path)(one.path);
  if (vulnerability === undefined) return fingerprint === one.fingerprint;
  const { ids = [], purl } = one.vulnerability ?? {};
  const base = vulnerability.purl.includes('@') ? purl : purl?.split('@')[0];
  return ids.includes(vulnerability.id) && base === vulnerability.purl;
}

describe('a hundred thousand findings', () => {
  it('are matched with some hundred waivers in a few seconds, whatever the machine does', () => {
    const targets = (i: number): Partial<UnsignedEntry>[] => [
      { fingerprint: i.toString(16).padStart(64, '0') },
      { rule: { ...rule, path: `src/module${i}/**/*.py` } },
      { rule: { ...rule, path: `src/module${i}.py` } },
      { vulnerability: { id: `CVE-2026-${1000 + i}`, purl: `pkg:npm/p${i}` } },
    ];
    const all = Array.from({ length: 100 }, (_, i) => targets(i)).flat();
    const entries = all.map((over, i) => waiverOf(unsigned({ ...over, id: `w${i}` })));
    const match = waiverMatcher({ entries, document: {}, digest: '' }, AS_OF);
    const found = Array.from({ length: 100_000 }, (_, i) =>
      finding({ path: `src/module${i % 150}/a/b/c${i}.py`, fingerprint: i.toString(16).padStart(64, '0') }),
    );
    const start = performance.now();
    const covered = found.filter((one) => match(one) !== undefined).length;
    expect(covered).toBe(66_700);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('what became of waivers', () => {
  const set = setOf(
    waived({ id: 'broad', rule: { ...rule, path: '**/*.py' } }),
    waived({ id: 'gone', created: '2026-05-01', expires: '2026-06-15' }),
    waived({ id: 'idle' }),
    waived({ id: 'used', rule: { ...rule, rule: 'S2' } }),
  );

  it('is told of each: used, unused, expired, over-broad', () => {
    const uses = waiverUses(waiverMatcher(set, AS_OF));
    for (const path of ['a.py', 'b.py', 'c.py']) uses.match(finding({ path }));
    uses.match(finding({ rule: 'S2' }));
    uses.match(finding({ rule: 'S3' }));
    const states = waiverStates(set, uses.counts, AS_OF, 2);
    expect(states.map(({ id, state, findings }) => [id, state, findings])).toEqual([
      ['broad', 'over-broad', 3],
      ['gone', 'expired', 0],
      ['idle', 'unused', 0],
      ['used', 'used', 1],
    ]);
    expect(states[3]).toMatchObject({ expires: '2026-07-01', owner: 'Platform team' });
    expect(waiverStates(set, uses.counts, AS_OF, 3)[0]?.state).toBe('used');
  });

  it('names each flaw once, in an order of its own', () => {
    const one = setOf(waived({ rule: { ...rule, path: '**/*.py' } }));
    const found = [
      finding({ vulnerability: flaw }),
      finding({ vulnerability: flaw, path: 'b.py' }),
      finding({ vulnerability: { ids: ['CVE-1'], purl: 'pkg:npm/a@1' } }),
      finding({ vulnerability: { ids: ['CVE-1'] } }),
    ];
    const flawsOf = (findings: readonly Finding[]) => {
      const uses = waiverUses(waiverMatcher(one, AS_OF));
      for (const each of findings) uses.match(each);
      return uses.flaws();
    };
    expect(flawsOf(found)).toHaveLength(3);
    expect(flawsOf([...found].reverse())).toEqual(flawsOf(found));
  });
});
