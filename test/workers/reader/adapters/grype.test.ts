import { describe, expect, it } from 'vitest';
import { grype } from '../../../../src/workers/reader/adapters/grype.js';
import { goldenOf, only, reportOf, treeOf } from '../sca/tree.js';
import { asJsonLines, runAdapter, suppressedIn } from './sink.js';

// Recorded with the made-up advisories of advisories.sql and a rule that ignores one of them; without grype's configuration.
const world = treeOf('grype', 'positive');
const empty = {
  matches: [],
  source: { type: 'directory', target: '/src/view' },
  descriptor: { name: 'grype', version: '0.110.0', db: { status: { valid: true } } },
};
const artifact = { name: 'a', version: '1', locations: [{ path: '/go.mod' }] };
const run = (vulnerability: object, place: object = artifact) =>
  runAdapter(
    grype,
    { ...empty, matches: [{ vulnerability, artifact: place }] },
    { files: ['go.mod', 'b/go.mod'], texts: { 'go.mod': 'require a 1', 'b/go.mod': 'require a 1' } },
  );

describe('the adapter of grype', () => {
  it.each([
    ['nothing', {}],
    ['no matches', { ...empty, matches: undefined }],
    ['no database behind it', { ...empty, descriptor: { name: 'grype' } }],
    ['another source', { ...empty, source: { type: 'image' } }],
    ['a match without a package', { ...empty, matches: [{ vulnerability: { id: 'CVE-1-2' } }] }],
  ])('refuses a report with %s', (_, report) => {
    expect(() => runAdapter(grype, report, world)).toThrow();
  });

  it.each([
    ['an id that is no name', { id: 'a\nb' }, artifact],
    ['a package without a place', { id: 'CVE-1-2' }, { ...artifact, locations: [] }],
  ])('refuses a match with %s', (_, vulnerability, place) => {
    expect(() => run(vulnerability, place)).toThrow();
  });

  it.each([
    ['Critical', [], 'critical'],
    ['Negligible', [], 'low'],
    ['Unknown', [{ metrics: { baseScore: 5.3 } }, { metrics: { baseScore: 9.1 } }], 'critical'],
    ['Unknown', [], 'high'],
    [undefined, null, 'high'],
  ])('takes the word %s with scores %j for %s', (severity, cvss, expected) => {
    expect(only(run({ id: 'CVE-1-2', severity, cvss }), 'rule')).toMatchObject([{ severity: expected }]);
  });

  it('tells a lockfile that the installer reads in another way', () => {
    const texts = { 'packages.lock.json': '{"dependencies":{},"Dependencies":{}}' };
    const lines = runAdapter(grype, empty, { files: Object.keys(texts), texts });
    expect(lines).toMatchObject([{ path: 'packages.lock.json', reason: 'unsupported' }]);
  });

  it('tells a lockfile that it does not read at all', () => {
    const texts = {
      'npm-shrinkwrap.json': '{"lockfileVersion":3,"packages":{"node_modules/a":{"version":"1.0.0"}}}',
      'packages.config': '<packages><package id="A" version="1.0.0" /></packages>',
      'empty/npm-shrinkwrap.json': '{"lockfileVersion":3,"packages":{}}',
    };
    const lines = runAdapter(grype, empty, { files: Object.keys(texts), texts });
    expect(lines).toMatchObject([
      { path: 'npm-shrinkwrap.json', reason: 'unsupported' },
      { path: 'packages.config', reason: 'unsupported' },
    ]);
  });

  it('tells a lockfile with packages that it passes over', () => {
    const texts = {
      'package-lock.json': '{"packages":{"node_modules/a":{"version":"1.0.0","dev":true}}}',
      'go.mod': '',
    };
    const lines = runAdapter(grype, empty, { files: Object.keys(texts), texts });
    expect(lines).toMatchObject([{ path: 'package-lock.json', reason: 'unsupported' }]);
  });

  it('gives a finding for each file in which a package stands', () => {
    const place = { ...artifact, locations: [{ path: '/go.mod' }, { path: '/b/go.mod' }] };
    expect(only(run({ id: 'CVE-1-2' }, place), 'finding')).toMatchObject([{ path: 'b/go.mod' }, { path: 'go.mod' }]);
  });

  it('gives a finding for each match, shown or ignored', async () => {
    const lines = runAdapter(grype, reportOf('grype'), world);
    expect(only(lines, 'finding')).toHaveLength(2);
    expect(suppressedIn(lines)).toHaveLength(1);
    await expect(asJsonLines(lines)).toMatchFileSnapshot(goldenOf('grype'));
  });
});
