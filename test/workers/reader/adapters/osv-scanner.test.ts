import { describe, expect, it } from 'vitest';
import { osvScanner } from '../../../../src/workers/reader/adapters/osv-scanner.js';
import { goldenOf, only, reportOf, treeOf } from '../sca/tree.js';
import { asJsonLines, runAdapter } from './sink.js';

const world = treeOf('osv-scanner', 'positive');
const config = { licenses: { summary: false, allowlist: null } };
const lock = '{ "packages": { "node_modules/a": { "version": "1.0.0" } } }';
const run = (report: unknown) =>
  runAdapter(osvScanner, report, { files: ['package-lock.json'], texts: { 'package-lock.json': lock } });

const reportWith = (entry: object) => ({
  results: [{ source: { path: '/src/view/package-lock.json', type: 'lockfile' }, packages: [entry] }],
  experimental_config: config,
});
const dependency = { name: 'a', version: '1.0.0', ecosystem: 'npm' };

describe('the adapter of osv-scanner', () => {
  it.each([
    ['nothing', {}],
    ['no results', { experimental_config: config }],
    ['results that are no list', { results: {}, experimental_config: config }],
    ['a source without a path', { results: [{ source: {}, packages: [] }], experimental_config: config }],
    ['a source without packages', { results: [{ source: { path: 'a' } }], experimental_config: config }],
    ['an advisory without an id', reportWith({ package: dependency, vulnerabilities: [{}] })],
    ['an id that is no name', reportWith({ package: dependency, vulnerabilities: [{ id: 'A\nB' }] })],
    ['a group of advisories that are not there', reportWith({ package: dependency, groups: [{ ids: ['GHSA-1'] }] })],
  ])('refuses a report with %s', (_, report) => {
    expect(() => run(report)).toThrow();
  });

  it.each([null, []])('never takes a lockfile that is not in the report for a clean one (results: %j)', (results) => {
    expect(run({ results, experimental_config: config })).toMatchObject([
      { type: 'unread', path: 'package-lock.json', reason: 'unsupported' },
    ]);
  });

  it('refuses a report with packages for which no database was asked', () => {
    const stranger = { package: { ...dependency, ecosystem: 'Maven:https://example.com' } };
    expect(() => run(reportWith(stranger))).toThrow('failed');
  });

  it('tells dependencies that have no version to compare', () => {
    const lines = run(reportWith({ package: { ...dependency, version: '' } }));
    const detail = expect.stringMatching(/^1 of 1 dependencies/);
    expect(lines).toMatchObject([{ type: 'unread', path: 'package-lock.json', reason: 'unpinned', detail }]);
  });

  it.each(['', 'a', 'main', '\u00e4'.repeat(39), 'a'.repeat(39)])(
    'takes nothing with the commit "%s" for compared, but what has none',
    (commit) => {
      const lines = run(reportWith({ package: { ...dependency, commit } }));
      expect(only(lines, 'unread')).toHaveLength(commit === '' ? 0 : 1);
      expect(only(lines, 'unread').every((line) => 'reason' in line && line.reason === 'unpinned')).toBe(true);
    },
  );

  it('takes a package with a whole commit for compared, and one without a name for not compared', () => {
    expect(run(reportWith({ package: { ...dependency, commit: 'a'.repeat(40) } }))).toEqual([]);
    expect(run(reportWith({ package: { ...dependency, name: '' } }))).toMatchObject([{ reason: 'unpinned' }]);
  });

  describe.each([
    ['packages.lock.json', 'NuGet', 'Acme.Lib', 'acme.lib'],
    ['composer.lock', 'Packagist', 'acme/lib', 'Acme/Lib'],
    ['Package.resolved', 'SwiftURL', 'github.com/acme/lib', 'git@github.com:acme/lib'],
  ])('of names in %s', (file, ecosystem, advised, other) => {
    const tellOf = (name: string, spellings: Record<string, string[]>) =>
      runAdapter(
        osvScanner,
        {
          results: [
            { source: { path: `/src/view/${file}` }, packages: [{ package: { name, version: '1', ecosystem } }] },
          ],
          experimental_config: config,
        },
        { files: [file], texts: { [file]: '{}' }, context: { spellings } },
      );
    const detail = expect.stringMatching(/^1 packages have advisories under another spelling/);
    const unread = [{ type: 'unread', path: file, reason: 'unsupported', detail }];

    it('refuses to say anything without those in the advisories', () => {
      expect(() => tellOf(advised, {})).toThrow(`the names in the advisories of ${ecosystem} were not given`);
    });

    it('tells one that advisories spell in another way, also when others spell it so', () => {
      expect(tellOf(other, { [ecosystem]: [advised] })).toEqual(unread);
      expect(tellOf(advised, { [ecosystem]: [advised, other] })).toEqual(unread);
    });

    it('takes one for compared that advisories spell so, or do not name', () => {
      expect(tellOf(advised, { [ecosystem]: [advised] })).toEqual([]);
      expect(tellOf(`${other}x`, { [ecosystem]: [advised] })).toEqual([]);
    });
  });

  it('tells requirements that are an address, of which the report says nothing, also in a file that another includes', () => {
    const texts = {
      'requirements.txt': '-r more.txt\nexample-forms==0.9\n',
      'more.txt': 'git+https://example.com/a.git\n',
    };
    const entry = { package: { name: 'example-forms', version: '0.9', ecosystem: 'PyPI' } };
    const report = { results: [{ source: { path: '/src/view/requirements.txt' }, packages: [entry] }] };
    const world = { files: Object.keys(texts), texts };
    const lines = runAdapter(osvScanner, { ...report, experimental_config: config }, world);
    const detail = expect.stringMatching(/^1 of 1 dependencies/);
    expect(lines).toMatchObject([{ type: 'unread', path: 'more.txt', detail }]);
  });

  it('tells what a Pipfile.lock has beside pins, and what has a commit alone', () => {
    const lock = JSON.stringify({ default: { flask: { version: '==1.0' }, a: { git: 'https://example.com/a.git' } } });
    const results = [
      {
        source: { path: '/src/view/Pipfile.lock' },
        packages: [{ package: { name: 'flask', version: '1.0', ecosystem: 'PyPI' } }],
      },
      {
        source: { path: '/src/view/pylock.toml' },
        packages: [{ package: { name: 'b', version: '', commit: '8f4b1f6e', ecosystem: 'PyPI' } }],
      },
    ];
    const world = { files: ['Pipfile.lock', 'pylock.toml'], texts: { 'Pipfile.lock': lock, 'pylock.toml': '' } };
    expect(runAdapter(osvScanner, { results, experimental_config: config }, world)).toMatchObject([
      { path: 'Pipfile.lock', reason: 'unpinned', detail: expect.stringMatching(/^1 of 2 dependencies/) },
      { path: 'pylock.toml', reason: 'unpinned', detail: expect.stringMatching(/^1 of 1 dependencies/) },
    ]);
  });

  it.each([
    ['package-lock.json', 'npm', '{"packages":{"node_modules/a":{"version":"1","Version":"2"}}}'],
    ['packages.lock.json', 'NuGet', '{"dependencies":{"net8.0":{"a":{"resolved":"1.0.0","Resolved":"2.0.0"}}}}'],
    ['Cargo.lock', 'crates.io', '[[package]]\nname = "a"\nversion = "1.0.0"\nVersion = "2.0.0"\n'],
  ])('tells a lockfile that the installer reads in another way: %s', (name, ecosystem, text) => {
    const entry = { package: { name: 'a', version: '2', ecosystem } };
    const report = { results: [{ source: { path: `/src/view/${name}` }, packages: [entry] }] };
    const texts = { [name]: text };
    const lines = runAdapter(
      osvScanner,
      { ...report, experimental_config: config },
      { files: Object.keys(texts), texts, context: { spellings: { NuGet: [] } } },
    );
    expect(lines).toMatchObject([{ path: name, reason: 'unsupported' }]);
  });

  it('takes folders of the source for what they are, in a real report on lockfiles that are read as a whole', () => {
    const tree = treeOf('osv-scanner', 'negative');
    expect(runAdapter(osvScanner, reportOf('osv-scanner', 'report-negative.json'), tree)).toEqual([]);
  });

  it.each([
    ['9.8', undefined, 'critical'],
    ['9.0', 'LOW', 'critical'],
    ['7.0', undefined, 'high'],
    ['6.9', undefined, 'medium'],
    ['0.0', undefined, 'low'],
    ['', 'MODERATE', 'medium'],
    ['', undefined, 'high'],
    ['', 'UNKNOWN', 'high'],
  ])('takes a score of "%s" and the word %s for %s', (score, severity, expected) => {
    const vulnerabilities = [{ id: 'GHSA-1', database_specific: { severity } }];
    const lines = run(
      reportWith({ package: dependency, vulnerabilities, groups: [{ ids: ['GHSA-1'], max_severity: score }] }),
    );
    expect(only(lines, 'rule')).toMatchObject([{ severity: expected }]);
  });

  it('keeps an advisory that is in no group', () => {
    const lines = run(reportWith({ package: dependency, vulnerabilities: [{ id: 'GO-1' }] }));
    expect(only(lines, 'finding')).toMatchObject([{ rule: 'GO-1', path: 'package-lock.json', startLine: 1 }]);
  });

  it('gives a finding for each group of a real report, and accounts for each lockfile', async () => {
    const report = reportOf('osv-scanner') as { results: { packages: { groups?: unknown[] }[] }[] };
    const count = report.results.flatMap(({ packages }) => packages.flatMap(({ groups }) => groups ?? [])).length;
    const lines = runAdapter(osvScanner, report, world);
    expect(count).toBe(7);
    expect(only(lines, 'finding')).toHaveLength(count);
    expect(only(lines, 'unread')).toMatchObject([
      { path: 'broken/poetry.lock' },
      { path: 'jobs/requirements.txt', detail: expect.stringMatching(/^2 of 3 dependencies/) },
      { path: 'members/uv.lock', detail: expect.stringMatching(/^1 of 2 dependencies/) },
    ]);
    await expect(asJsonLines(lines)).toMatchFileSnapshot(goldenOf('osv-scanner'));
  });
});
