import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageInDays, utcTime } from '../../../src/core/advisories/age.js';
import { coverage } from '../../../src/core/advisories/coverage.js';
import { ecosystemsOf } from '../../../src/core/advisories/ecosystems.js';
import { ECOSYSTEMS } from '../../../src/core/advisories/kind.js';

const fresh = { newest: '2026-08-20T10:00:00Z' };
const freshness = { maxAgeDays: 30, asOf: '2026-08-22' };

describe('a file is not covered', () => {
  it.each<[string, string, Parameters<typeof coverage>[2], string]>([
    [
      'without a pack',
      'package-lock.json',
      new Map(),
      'no advisories osv/npm; `security-scan advisories update osv/npm`',
    ],
    [
      'with the pack of another ecosystem',
      'a/go.mod',
      new Map([['npm', fresh]]),
      'no advisories osv/Go; `security-scan advisories update osv/Go`',
    ],
    [
      'with a stale pack',
      'uv.lock',
      new Map([['PyPI', { newest: '2026-07-22T23:59:59Z' }]]),
      'the advisories osv/PyPI are 31 days old, the policy allows 30; `security-scan advisories update osv/PyPI`',
    ],
    [
      'when nobody knows what it needs',
      'Makefile',
      new Map([['npm', fresh]]),
      'no advisories are known for this kind of file',
    ],
  ])('%s', (_, path, packs, detail) => {
    expect(coverage('osv', [path], packs, freshness)).toEqual({ covered: [], gaps: [{ path, detail }] });
  });

  it('by a stale list of the other kinds', () => {
    const packs = new Map([['retire', { newest: '2024-01-01T00:00:00Z' }]]);
    expect(coverage('retire', ['a.js'], packs, freshness).gaps[0]?.detail).toMatch(/retire are 964 days old/);
    expect(coverage('trivy', ['a.js'], packs, freshness).gaps[0]?.detail).toMatch(/no advisories trivy/);
  });
});

describe('coverage', () => {
  it('depends on the date of the run', () => {
    const packs = new Map([['npm', fresh]]);
    const covered = (asOf: string) => coverage('osv', ['yarn.lock'], packs, { maxAgeDays: 30, asOf }).covered.length;
    expect(['2026-01-01', '2026-08-20', '2026-09-19', '2026-09-20'].map(covered)).toEqual([1, 1, 1, 0]);
  });

  it('puts every file into one of both, and a covered one never lacks a fresh pack', () => {
    const path = fc.oneof(
      fc.string(),
      fc.constantFrom('go.mod', 'a/package-lock.json', 'x/requirements-dev.txt', 'pom.xml'),
    );
    const day = fc.integer({ min: 0, max: 3000 }).map((days) => new Date(Date.UTC(2020, 0, 1 + days)).toISOString());
    const pack = day.map((text) => ({ newest: `${text.slice(0, 19)}Z` }));
    const packs = fc.array(fc.tuple(fc.constantFrom(...ECOSYSTEMS), pack)).map((pairs) => new Map(pairs));
    const maxAgeDays = fc.integer({ min: 1, max: 1000 });
    fc.assert(
      fc.property(fc.array(path), packs, maxAgeDays, day, (files, known, most, asOf) => {
        const { covered, gaps } = coverage('osv', files, known, { maxAgeDays: most, asOf: asOf.slice(0, 10) });
        expect([...covered, ...gaps.map((gap) => gap.path)].sort()).toEqual([...files].sort());
        for (const file of covered) {
          const needed = ecosystemsOf(file);
          expect(needed.length).toBeGreaterThan(0);
          for (const name of needed)
            expect(ageInDays(known.get(name)?.newest ?? '', asOf.slice(0, 10))).toBeLessThanOrEqual(most);
        }
      }),
    );
  });
});

describe('the ecosystem of a file', () => {
  it.each([
    ['node_modules/a/package-lock.json', []],
    ['package.json', []],
    ['requirements.in', []],
    ['constructor', []],
    ['go.mod/x', []],
    ['verification-metadata.xml', []],
    ['web/package-lock.json', ['npm']],
    ['bun.lock', ['npm']],
    ['a/go.sum', ['Go']],
    ['requirements/dev/base.txt', ['PyPI']],
    ['my-requirements/base.txt', []],
    ['a/dev-requirements.test.txt', ['PyPI']],
    ['a/requirements\n.txt', ['PyPI']],
    ['pylock.dev.toml', ['PyPI']],
    ['gradle/verification-metadata.xml', ['Maven']],
    ['lib/a.pom', ['Maven']],
    ['src/App/App.csproj', ['NuGet']],
    ['Package.resolved', ['SwiftURL']],
  ])('%j: %j', (path, expected) => {
    expect(ecosystemsOf(path)).toEqual(expected);
  });
});

describe('times', () => {
  it.each([
    '',
    '2026-08-22',
    '2026-13-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00:60Z',
    '2026-01-01T24:00:01Z',
    ' 2026-01-01T00:00:00Z',
  ])('%j is none', (text) => expect(utcTime(text)).toBeUndefined());

  it('are told in UTC', () => {
    expect(utcTime('2026-01-01t00:30:00.999+01:00')).toBe('2025-12-31T23:30:00Z');
  });

  it('throw where an age is asked of what is none', () => {
    expect(() => ageInDays('today', '2026-01-01')).toThrow(RangeError);
    expect(() => ageInDays('2026-01-01T00:00:00Z', '1 Jan')).toThrow(RangeError);
  });
});
