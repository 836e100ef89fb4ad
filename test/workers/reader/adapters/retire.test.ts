import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { standIn } from '../../../../src/core/source/tool-names.js';
import { retire } from '../../../../src/workers/reader/adapters/retire.js';
import { goldenOf, only, reportOf, treeOf } from '../sca/tree.js';
import { asJsonLines, runAdapter } from './sink.js';

/** The tool file neutralises the names of scripts. */
const nameOf = (name: string): string =>
  name.endsWith('.js') ? posix.join(posix.dirname(name), standIn(posix.basename(name))) : name;
const world = treeOf('retire-js', 'positive', nameOf);

const empty = {
  version: '5.7.0',
  data: [],
  messages: [],
  errors: [],
  vulnerabilityRepositories: ['/assets/retire/x.json'],
};
const withVulnerability = (vulnerability: object) => ({
  ...empty,
  data: [{ file: '/src/view/a.js', results: [{ component: 'lib', version: '1.0', vulnerabilities: [vulnerability] }] }],
});
const run = (report: unknown) =>
  runAdapter(retire, report, { files: ['a.js'], texts: { 'a.js': '/*! lib\n v1.0 */' } });

describe('the adapter of Retire.js', () => {
  it.each([
    ['nothing', {}],
    ['an array', []],
    ['no data', { ...empty, data: undefined }],
    ['no list of errors', { ...empty, errors: undefined }],
    ['no list of vulnerabilities behind it', { ...empty, vulnerabilityRepositories: [] }],
    ['an entry without results', { ...empty, data: [{ file: '/src/view/a.js' }] }],
    ['an entry without a file', { ...empty, data: [{ results: [] }] }],
    ['an id that is no name', withVulnerability({ identifiers: { CVE: ['CVE-1\u001b[31m'] } })],
  ])('refuses a report with %s', (_, report) => {
    expect(() => run(report)).toThrow();
  });

  it.each([
    ['its name at npm', { npmname: 'dompurify' }, 'pkg:npm/dompurify@1.0'],
    ["Retire.js's name where it has none there", {}, 'pkg:npm/DOMPurify@1.0'],
  ])('names a library by %s', (_, names, purl) => {
    const library = { component: 'DOMPurify', ...names, version: '1.0', vulnerabilities: [{ below: '2' }] };
    const lines = run({ ...empty, data: [{ file: '/src/view/a.js', results: [library] }] });
    expect(only(lines, 'finding')).toMatchObject([{ vulnerability: { purl } }]);
  });

  it('refuses the report of a run that met an error, whatever its exit code', () => {
    const errors = ['Error: Invalid ignore file: /config/retireignore.json'];
    expect(() => run({ ...empty, errors })).toThrow('failed');
  });

  it('tells a file that could not be parsed', () => {
    const lines = run({ ...empty, errors: ['Could not parse file: /src/view/b/bower.json'] });
    expect(lines).toMatchObject([{ type: 'unread', path: 'b/bower.json', reason: 'unparsable' }]);
  });

  it.each(['uri', 'filename'])('tells a file whose content was not compared (%s)', (detection) => {
    const data = [{ file: '/src/view/lib/9.9/a.js', results: [{ component: 'lib', version: '9.9', detection }] }];
    expect(run({ ...empty, data })).toMatchObject([{ type: 'unread', path: 'lib/9.9/a.js', reason: 'unsupported' }]);
  });

  it.each([
    [{ CVE: ['CVE-2020-1', 'CVE-2020-2'], githubID: 'GHSA-x' }, 'CVE-2020-1'],
    [{ githubID: 'GHSA-x', retid: '4' }, 'GHSA-x'],
    [{ retid: '4', issue: '9' }, 'retire/lib/retid-4'],
    [{ issue: '9' }, 'retire/lib/issue-9'],
    [{ summary: 'flaw' }, 'retire/lib/below-2.0'],
  ])('names the rule of %j', (identifiers, id) => {
    expect(only(run(withVulnerability({ below: '2.0', identifiers })), 'rule')).toMatchObject([{ id }]);
  });

  it('counts a flaw without a severity as high', () => {
    expect(run(withVulnerability({ below: '2.0' }))).toMatchObject([
      { type: 'rule', severity: 'high' },
      { type: 'finding', path: 'a.js', startLine: 2, message: 'lib 1.0 has retire/lib/below-2.0; fixed in 2.0.' },
    ]);
  });

  it.each([
    ['2.999.999', 'no release up to 2.x mends it'],
    ['1.8.999', 'no release up to 1.8.x mends it'],
    ['1.8.9991', 'fixed in 1.8.9991'],
    ['3.9.99', 'fixed in 3.9.99'],
  ])('takes %s for a version only if it can be one', (below, remedy) => {
    const [finding] = only(run(withVulnerability({ below, identifiers: { retid: '73' } })), 'finding');
    expect(finding).toMatchObject({ message: `lib 1.0 has retire/lib/retid-73; ${remedy}.` });
  });

  it('gives the same lines in whatever order the entries are', () => {
    const report = reportOf('retire-js') as { data: unknown[] };
    const turned = { ...report, data: report.data.toReversed() };
    expect(only(runAdapter(retire, turned, world), 'finding')).toEqual(
      only(runAdapter(retire, report, world), 'finding'),
    );
  });

  it('loses nothing and doubles nothing of a real report', async () => {
    const report = reportOf('retire-js') as { data: { results: { vulnerabilities?: unknown[] }[] }[] };
    const count = report.data.flatMap(({ results }) =>
      results.flatMap((result) => result.vulnerabilities ?? []),
    ).length;
    const lines = runAdapter(retire, report, world);
    expect(count).toBe(20);
    expect(only(lines, 'finding')).toHaveLength(count);
    await expect(asJsonLines(lines)).toMatchFileSnapshot(goldenOf('retire-js'));
  });

  it('gives nothing for a tree without known libraries', () => {
    expect(runAdapter(retire, empty, treeOf('retire-js', 'negative', nameOf))).toEqual([]);
  });
});
