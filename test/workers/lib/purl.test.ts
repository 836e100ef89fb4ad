import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PackageURL } from 'packageurl-js';
import { describe, expect, it } from 'vitest';
import { type PurlType, packageUrl, withLettersOf } from '../../../src/workers/lib/purl.js';

const CORPUS = join(import.meta.dirname, '../../../../shared/corpora/purl/types');
const TYPES: readonly PurlType[] = [
  'cargo',
  'composer',
  'docker',
  'gem',
  'github',
  'golang',
  'maven',
  'npm',
  'nuget',
  'pypi',
];

interface Vector {
  description: string;
  test_type: string;
  input:
    | string
    | {
        namespace: string | null;
        name: string;
        version: string | null;
        qualifiers: Record<string, string> | null;
        subpath: string | null;
      };
  expected_output?: string | object | null;
  expected_failure: boolean;
}

/** A vector of a complete package, as parts of ours; the others (no version, no name) are no components. */
function partsOf(type: PurlType, vector: Vector) {
  if (vector.test_type !== 'build' || typeof vector.input === 'string') return [];
  const { namespace, name, version, qualifiers, subpath } = vector.input;
  if (!name || !version) return [];
  const full = namespace ? `${namespace}${type === 'maven' ? ':' : '/'}${name}` : name;
  return [{ type, name: full, version, ...(qualifiers && { qualifiers }), ...(subpath && { subpath }) }];
}

describe('packageUrl', () => {
  it.each([
    ['npm', 'a', ''],
    ['npm', '@a', '1'],
    ['npm', 'a/b', '1'],
    ['composer', 'a', '1'],
    ['maven', 'a', '1'],
    ['maven', 'a:b:c', '1'],
    ['github', 'a', '1'],
    ['pypi', 'a b', '1'],
    ['golang', 'example.com/a', 'vNot.a.version'],
  ] as const)('%s %j %j is no package', (type, name, version) => {
    expect(packageUrl({ type, name, version })).toBeUndefined();
  });

  it.each([
    ['npm', 'base64', 'pkg:npm/base64@1.0.0'],
    ['npm', 'Base64', 'pkg:npm/Base64@1.0.0'],
    ['npm', '@Scope/JSONStream', 'pkg:npm/%40Scope/JSONStream@1.0.0'],
    ['golang', 'github.com/Masterminds/vcs', 'pkg:golang/github.com/Masterminds/vcs@1.0.0'],
    ['pypi', 'Flask_Login', 'pkg:pypi/flask-login@1.0.0'],
    ['composer', 'Laravel/Framework', 'pkg:composer/laravel/framework@1.0.0'],
  ] as const)('%s %j has the letters that tell packages apart there', (type, name, purl) => {
    expect(packageUrl({ type, name, version: '1.0.0' })).toBe(purl);
  });

  it('is read back as what it was made of', () => {
    const purl = packageUrl({
      type: 'npm',
      name: '@a/b',
      version: '1.0.0+x:y',
      qualifiers: { vcs_url: 'git+https://h/p@1' },
    });
    expect(purl).toBe('pkg:npm/%40a/b@1.0.0%2Bx:y?vcs_url=git%2Bhttps:%2F%2Fh%2Fp%401');
    expect(PackageURL.fromString(purl ?? '')).toMatchObject({
      namespace: '@a',
      name: 'b',
      version: '1.0.0+x:y',
      qualifiers: { vcs_url: 'git+https://h/p@1' },
    });
  });

  describe.skipIf(!existsSync(CORPUS))('the purl specification’s vectors (skipped without ../shared/corpora)', () => {
    it.each(TYPES)('%s', (type) => {
      const { tests } = JSON.parse(readFileSync(join(CORPUS, `${type}-test.json`), 'utf8')) as { tests: Vector[] };
      const built = tests.filter((vector) => partsOf(type, vector).length > 0);
      expect(built.length).toBeGreaterThan(0);
      for (const vector of built) {
        const expected = vector.expected_failure ? undefined : vector.expected_output;
        expect(partsOf(type, vector).map(packageUrl), vector.description).toEqual([expected]);
      }
    });
  });
});

describe('withLettersOf', () => {
  it.each([
    ['another package', 'JSONStream2', 'pkg:npm/jsonstream@1'],
    ['a package of another scope', '@A/b', 'pkg:npm/%40c/b@1'],
    ['a type whose names have no case', 'Flask', 'pkg:pypi/flask@1'],
    ['what is no package URL', 'A', 'npm/a@1'],
  ])('leaves %s', (_, name, purl) => {
    expect(withLettersOf(name, purl)).toBe(purl);
  });

  it.each([
    ['JSONStream', 'pkg:npm/jsonstream@1.3.5', 'pkg:npm/JSONStream@1.3.5'],
    ['jQuery', 'pkg:npm/jquery', 'pkg:npm/jQuery'],
    ['@A/B', 'pkg:npm/%40a/b@1?vcs_url=x#y', 'pkg:npm/%40A/B@1?vcs_url=x#y'],
    [
      'github.com/Masterminds/vcs',
      'pkg:golang/github.com/masterminds/vcs@1',
      'pkg:golang/github.com/Masterminds/vcs@1',
    ],
  ])('gives %s its own', (name, purl, expected) => {
    expect(withLettersOf(name, purl)).toBe(expected);
    expect(withLettersOf(name, expected)).toBe(expected);
  });
});
