import { describe, expect, it } from 'vitest';
import { cyclonedx } from '../../../../src/workers/reader/adapters/cyclonedx.js';
import { goldenOf, only, reportOf, treeOf } from '../sca/tree.js';
import { asJsonLines, runAdapter } from './sink.js';

const empty = { bomFormat: 'CycloneDX', specVersion: '1.7', version: 1, metadata: { tools: { components: [] } } };
const at = (path: string) => [{ name: 'syft:location:0:path', value: path }];
const run = (components: unknown, files = ['go.mod']) =>
  runAdapter(
    cyclonedx,
    { ...empty, components },
    { files, texts: Object.fromEntries(files.map((name) => [name, 'require (\n\texample.com/a v1.0.0\n)\n'])) },
  );

describe('the adapter of CycloneDX', () => {
  it.each([
    ['nothing', {}],
    ['another format', { ...empty, bomFormat: 'SPDX' }],
    ['a version that nobody knows', { ...empty, specVersion: '2.0' }],
    ['no tool', { ...empty, metadata: {} }],
    ['components that are no list', { ...empty, components: {} }],
    ['a component without a place', { ...empty, components: [{ type: 'library', name: 'a', purl: 'pkg:npm/a@1' }] }],
    [
      'a package URL that is none',
      { ...empty, components: [{ type: 'library', name: 'a', purl: 'x', properties: at('/go.mod') }] },
    ],
  ])('refuses a document with %s', (_, report) => {
    expect(() => runAdapter(cyclonedx, report, { files: [] })).toThrow();
  });

  it('never takes a lockfile that the document does not name for an empty one', () => {
    expect(run(undefined)).toMatchObject([{ type: 'unread', path: 'go.mod', reason: 'unsupported' }]);
    expect(run([])).toMatchObject([{ type: 'unread', path: 'go.mod' }]);
  });

  it('asks nothing of a workflow that uses no action', () => {
    expect(run([], ['.github/workflows/a.yml', 'x/action.yaml'])).toEqual([]);
  });

  it('tells a component that has no package URL', () => {
    const lines = run([{ type: 'library', name: 'a', properties: at('/go.mod') }]);
    expect(lines).toMatchObject([{ type: 'unread', path: 'go.mod', reason: 'unsupported' }]);
  });

  it('gives no component for an action of the tree itself', () => {
    const place = [{ name: 'syft:location:0:path', value: '/.github/workflows/a.yml' }];
    expect(
      run([{ type: 'library', name: './.github/actions/a', properties: place }], ['.github/workflows/a.yml']),
    ).toEqual([]);
  });

  it('gives a package of npm its own letters, also where another depends on it', () => {
    const place = { type: 'library', version: '1', properties: at('/go.mod') };
    const components = [
      { ...place, 'bom-ref': 'a', group: '@A', name: 'B', purl: 'pkg:npm/%40a/b@1' },
      { ...place, 'bom-ref': 'c', name: 'c', purl: 'pkg:npm/c@1' },
    ];
    const report = { ...empty, components, dependencies: [{ ref: 'c', dependsOn: ['a'] }] };
    expect(runAdapter(cyclonedx, report, { files: ['go.mod'], texts: { 'go.mod': '' } })).toMatchObject([
      { name: '@A/B', purl: 'pkg:npm/%40A/B@1' },
      { purl: 'pkg:npm/c@1', dependsOn: ['pkg:npm/%40A/B@1'] },
    ]);
  });

  it('gives hashes, licences, scope and dependencies', () => {
    const a = {
      'bom-ref': 'a',
      type: 'library',
      name: 'example.com/a',
      version: 'v1.0.0',
      purl: 'pkg:golang/example.com/a@v1.0.0',
    };
    const b = {
      'bom-ref': 'b',
      type: 'library',
      group: 'g',
      name: 'b',
      version: '2',
      purl: 'pkg:maven/g/b@2',
      scope: 'excluded',
    };
    const report = {
      ...empty,
      components: [
        {
          ...a,
          hashes: [{ alg: 'SHA-256', content: 'ab' }],
          licenses: [{ license: { id: 'MIT' } }, { expression: 'Apache-2.0 OR MIT' }],
          properties: at('/go.mod'),
        },
        { ...b, properties: at('/go.mod') },
      ],
      dependencies: [{ ref: 'a', dependsOn: ['b', 'unknown'] }],
    };
    const lines = runAdapter(cyclonedx, report, {
      files: ['go.mod'],
      texts: { 'go.mod': 'require (\n\texample.com/a v1.0.0\n)\n' },
    });
    expect(lines).toEqual([
      {
        type: 'component',
        purl: a.purl,
        name: a.name,
        version: 'v1.0.0',
        path: 'go.mod',
        line: 2,
        scope: 'required',
        hashes: { 'SHA-256': 'ab' },
        licenses: ['Apache-2.0 OR MIT', 'MIT'],
        dependsOn: ['pkg:maven/g/b@2'],
      },
      expect.objectContaining({ name: 'g:b', line: 1, scope: 'development', dependsOn: [] }),
    ]);
  });

  it('gives a component for each package of a real document', async () => {
    const report = reportOf('syft') as { components: { type: string }[] };
    const count = report.components.filter(({ type }) => type === 'library').length;
    const lines = runAdapter(cyclonedx, report, treeOf('syft', 'positive'));
    expect(count).toBe(9);
    expect(only(lines, 'component')).toHaveLength(count);
    expect(only(lines, 'unread')).toMatchObject([{ path: 'broken/poetry.lock' }]);
    await expect(asJsonLines(lines)).toMatchFileSnapshot(goldenOf('syft'));
  });

  it('gives nothing for a tree that states no dependency', () => {
    expect(runAdapter(cyclonedx, empty, treeOf('syft', 'negative'))).toEqual([]);
  });
});
