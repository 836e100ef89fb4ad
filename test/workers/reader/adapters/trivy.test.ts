import { describe, expect, it } from 'vitest';
import { trivy } from '../../../../src/workers/reader/adapters/trivy.js';
import { goldenOf, only, reportOf, treeOf } from '../sca/tree.js';
import { asJsonLines, runAdapter, suppressedIn } from './sink.js';

// What Trivy 0.69.3 wrote over the fixture: test/tools/trivy/RECORDED.md.
const world = treeOf('trivy', 'positive');
const empty = { SchemaVersion: 2, ArtifactName: '/src/view', ArtifactType: 'filesystem', Results: [] };
const run = (result: object) =>
  runAdapter(
    trivy,
    { ...empty, Results: [{ Target: 'go.mod', ...result }] },
    { files: ['go.mod'], texts: { 'go.mod': 'require a v1' } },
  );
const found = { VulnerabilityID: 'CVE-1-2', PkgName: 'a', InstalledVersion: 'v1' };

describe('the adapter of Trivy', () => {
  it.each([
    ['nothing', {}],
    ['another schema', { ...empty, SchemaVersion: 1 }],
    ['another kind of artifact', { ...empty, ArtifactType: 'container_image' }],
    ['results that are no list', { ...empty, Results: {} }],
    ['a result without a target', { ...empty, Results: [{ Class: 'lang-pkgs' }] }],
  ])('refuses a report with %s', (_, report) => {
    expect(() => runAdapter(trivy, report, world)).toThrow();
  });

  it.each([
    ['an id that is no name', { Vulnerabilities: [{ ...found, VulnerabilityID: 'a\nb' }] }],
    ['a vulnerability of no package', { Vulnerabilities: [{ VulnerabilityID: 'CVE-1-2' }] }],
    ['secrets, which nobody asked for', { Secrets: [{}] }],
    ['misconfigurations, which nobody asked for', { Misconfigurations: [{}] }],
    ['a suppressed finding of another kind', { ExperimentalModifiedFindings: [{ Type: 'secret', Finding: {} }] }],
  ])('refuses a report with %s', (_, result) => {
    expect(() => run(result)).toThrow();
  });

  it('never takes a lockfile that the report does not name for a clean one', () => {
    const lines = runAdapter(trivy, { ...empty, Results: undefined }, world);
    expect(only(lines, 'unread')).toHaveLength(5);
    expect(only(lines, 'finding')).toEqual([]);
  });

  it('tells a lockfile that the installer reads in another way', () => {
    const texts = { 'Cargo.lock': '[[package]]\nname = "a"\nversion = "1.0.0"\nVersion = "2.0.0"\n' };
    const Results = [{ Target: 'Cargo.lock', Packages: [{ Name: 'a', Version: '2.0.0' }] }];
    const lines = runAdapter(trivy, { ...empty, Results }, { files: Object.keys(texts), texts });
    expect(lines).toMatchObject([{ path: 'Cargo.lock', reason: 'unsupported' }]);
  });

  it('tells dependencies that have no version to compare', () => {
    expect(run({ Packages: [{ Name: 'a' }] })).toMatchObject([
      { type: 'unread', detail: expect.stringMatching(/^1 of 1/) },
    ]);
  });

  it.each(['root', 'workspace'])('does not take the project itself, a %s, for a dependency', (Relationship) => {
    expect(run({ Packages: [{ Name: 'own', Relationship }] })).toEqual([]);
    expect(
      run({
        Packages: [
          { Name: 'own', Relationship },
          { Name: 'a', Relationship: 'direct' },
        ],
      }),
    ).toMatchObject([{ type: 'unread', detail: expect.stringMatching(/^1 of 1/) }]);
  });

  it.each([
    ['b>=1', '1 of 2'],
    ['b', '1 of 2'],
    ['b==1.*', '1 of 2'],
    ['b[c]==1', '1 of 2'],
    ['-e ./b', '1 of 2'],
    ['./b.whl', '1 of 2'],
    ['https://example.com/b.zip', '1 of 2'],
    ['b \\\n >=1', '1 of 2'],
    ['b\n\n  c # d\n#e\n-i https://example.com', '2 of 3'],
  ])('tells requirements that trivy passes over without a word: %j', (line, share) => {
    const path = 'requirements-dev.txt';
    const Results = [{ Target: path, Packages: [{ Name: 'A.a', Version: '1' }] }];
    const world = { files: [path], texts: { [path]: `a-A==1\n${line}\n` } };
    const lines = runAdapter(trivy, { ...empty, Results }, world);
    expect(lines).toMatchObject([{ type: 'unread', path, detail: expect.stringContaining(`${share} dependencies`) }]);
  });

  it('tells what a Pipfile.lock has in other categories than the one that trivy reads', () => {
    const path = 'Pipfile.lock';
    const lock = {
      _meta: {},
      default: { a: { version: '==2' } },
      develop: { a: { version: '==1' }, b: { version: '==1' } },
    };
    const Results = [{ Target: path, Packages: [{ Name: 'a', Version: '2' }] }];
    const lines = runAdapter(trivy, { ...empty, Results }, { files: [path], texts: { [path]: JSON.stringify(lock) } });
    expect(lines).toMatchObject([{ type: 'unread', path, detail: expect.stringContaining('2 of 3 dependencies') }]);
  });

  it('tells a requirements file that includes one which trivy was not given', () => {
    const path = 'requirements.txt';
    const Results = [{ Target: path, Packages: [{ Name: 'a', Version: '1' }] }];
    const lines = runAdapter(trivy, { ...empty, Results }, { files: [path], texts: { [path]: 'a==1\n-r base.in\n' } });
    expect(lines).toMatchObject([{ type: 'unread', path, detail: expect.stringContaining('includes 1') }]);
  });

  it.each([
    ['CRITICAL', 'critical'],
    ['HIGH', 'high'],
    ['MEDIUM', 'medium'],
    ['LOW', 'low'],
    ['UNKNOWN', 'high'],
    [undefined, 'high'],
  ])('takes %s for %s', (Severity, expected) => {
    expect(only(run({ Vulnerabilities: [{ ...found, Severity }] }), 'rule')).toMatchObject([{ severity: expected }]);
  });

  it('counts what an ignore file hid', () => {
    const lines = run({ ExperimentalModifiedFindings: [{ Type: 'vulnerability', Status: 'ignored', Finding: found }] });
    expect(lines).toHaveLength(2);
    expect(suppressedIn(lines)).toHaveLength(1);
  });

  it('gives a finding for each vulnerability, shown or hidden', async () => {
    const lines = runAdapter(trivy, reportOf('trivy'), world);
    expect(only(lines, 'finding')).toHaveLength(6);
    expect(only(lines, 'unread')).toMatchObject([
      { path: 'broken/poetry.lock' },
      { path: 'scripts/requirements-dev.txt', detail: expect.stringContaining('1 of 2') },
    ]);
    await expect(asJsonLines(lines)).toMatchFileSnapshot(goldenOf('trivy'));
  });
});
