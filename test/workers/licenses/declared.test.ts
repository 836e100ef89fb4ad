import { describe, expect, it } from 'vitest';
import { npmLock, said, tell } from './run.js';

const composerLock = (packages: object[]) => JSON.stringify({ packages }, null, 2);
const pom = (inside: string) =>
  `<project>\n<groupId>g</groupId><artifactId>a</artifactId><version>1</version>\n${inside}</project>`;
const licensed = (name: string) => `<licenses>\n<license><name>${name}</name></license></licenses>`;

describe('what a lockfile declares', () => {
  it('of npm: the licence of each package that binds, from its entry to its licence', async () => {
    const told = await tell({
      'package-lock.json': npmLock({
        a: 'MIT',
        b: 'GPL-3.0-only',
        '@s/c': { type: 'MPL-2.0' },
        d: [{ type: 'AGPL-3.0' }, { type: 'MIT' }],
        e: '(MIT OR GPL-3.0)',
        f: 'custom',
        h: '0BSD',
      }),
    });
    expect(told.findings).toMatchObject([
      {
        rule: 'license-restricted',
        startLine: 8,
        endLine: 10,
        message: expect.stringMatching(/^b 1.0.0: .*GPL-3.0-only/),
      },
      { rule: 'license-reciprocal', startLine: 12, message: expect.stringMatching(/^@s\/c 1.0.0: .*MPL-2.0/) },
      { rule: 'license-unknown', message: expect.stringMatching(/^f 1.0.0: .*custom/) },
    ]);
  });

  it('of npm, version 1, and of kinds without licences: one note for the file', async () => {
    const told = await tell({
      'package-lock.json': '{"lockfileVersion":1,"dependencies":{"a":{"version":"1"},"b":{"version":"2"}}}',
      'yarn.lock': '# yarn lockfile v1\n\na@1:\n  version "1.0.0"\n',
      'py/requirements.txt': 'a==1\nb>=1\n',
      'go.mod': 'module m\n\nrequire example.com/a v1.0.0\n',
      'none/go.mod': 'module m\n',
    });
    expect(told.findings).toMatchObject([
      {
        rule: 'license-not-in-file',
        path: 'package-lock.json',
        startLine: 1,
        message: expect.stringMatching(/^2 packages/),
      },
      { path: 'yarn.lock', message: expect.stringMatching(/^One package is/) },
      { path: 'py/requirements.txt', message: expect.stringMatching(/^2 packages/) },
      { path: 'go.mod', message: expect.stringMatching(/^One/) },
    ]);
    expect(told.findings).toHaveLength(4);
    expect(told.rules.find(({ id }) => id === 'license-not-in-file')).toMatchObject({
      kind: 'review',
      severity: 'none',
    });
  });

  it('of Composer: several licences are a choice, and a package without one is told', async () => {
    const told = await tell({
      'composer.lock': composerLock([
        { name: 'v/choice', version: '1', license: ['GPL-2.0-only', 'MIT'] },
        { name: 'v/bound', version: '1', license: ['GPL-2.0-only'] },
        { name: 'v/none', version: '1' },
        { name: 'v/own', version: '1', license: ['GPL-2.0-only'], dist: { type: 'path' } },
      ]),
    });
    expect(told.findings).toMatchObject([
      { rule: 'license-restricted', startLine: 12, endLine: 14, message: expect.stringMatching(/^v\/bound 1: /) },
      { rule: 'license-undeclared', startLine: 19, message: 'v/none 1: its licence is not stated.' },
    ]);
  });
});

describe('what a manifest declares', () => {
  const bound: [string, string, number, string][] = [
    ['package.json', '{\n"name": "a",\n"version": "1",\n"license": "GPL-3.0"}', 2, 'a 1'],
    ['package.json', '{"name": "a", "licenses": [{"type": "GPL-3.0"}]}', 1, 'a'],
    ['composer.json', '{\n"name": "v/a",\n"license": "GPL-3.0"}', 2, 'v/a'],
    ['pyproject.toml', '[build-system]\nlicense = "x"\n[project]\nname = "a"\nlicense = "GPL-3.0"\n', 5, 'a'],
    ['pyproject.toml', '[project]\nname = "a"\nlicense = {text = "GPLv3"}\n', 3, 'a'],
    [
      'pyproject.toml',
      '[project]\nname = "a"\nlicense.file = "x"\nclassifiers = [\n "License :: OSI Approved :: GNU General Public License v3 (GPLv3)"]\n',
      4,
      'a',
    ],
    ['pyproject.toml', '[tool.poetry]\nname = "a"\nversion = "2"\nlicense = "GPL-3.0-or-later"\n', 4, 'a 2'],
    ['setup.cfg', '[options]\nlicense = x\n[metadata]\nname = a\nversion = 1\nlicense = GPLv3\n', 6, 'a 1'],
    [
      'setup.cfg',
      '[metadata]\nname: a\nclassifiers =\n  Framework :: X\n  License :: OSI Approved :: GNU General Public License v2 (GPLv2)\n',
      3,
      'a',
    ],
    ['Cargo.toml', '[package]\nname = "a"\nversion = "1"\nlicense = "GPL-3.0"\n', 4, 'a 1'],
    ['Cargo.toml', '[workspace.package]\nlicense = "GPL-3.0"\n', 2, 'The workspace'],
    ['pom.xml', pom(licensed('GNU General Public License, version 3')), 3, 'g:a 1'],
    [
      'a.nuspec',
      '<package><metadata>\n<id>a</id><version>1</version>\n<license type="expression">GPL-3.0</license></metadata></package>',
      3,
      'a 1',
    ],
    [
      'a.nuspec',
      '<package><metadata><id>a</id><licenseUrl>https://licenses.nuget.org/GPL-3.0%2B</licenseUrl></metadata></package>',
      1,
      'a',
    ],
    [
      'a.csproj',
      '<Project><PropertyGroup>\n<PackageId>a</PackageId>\n<PackageLicenseExpression>GPL-3.0</PackageLicenseExpression></PropertyGroup></Project>',
      3,
      'a',
    ],
  ];

  it.each(bound)('%s: %j binds those who use the project, which is a note', async (path, text, startLine, name) => {
    const { findings } = await tell({ [path]: text });
    expect(findings).toMatchObject([{ rule: 'license-of-project', path, startLine }]);
    expect(findings[0]?.message.startsWith(`${name}, the project itself: `)).toBe(true);
  });

  it.each(bound)('%s: %j is a finding where it is somebody else’s', async (path, text, startLine, name) => {
    const [vendored] = [`third_party/x/${path}`];
    const { findings } = await tell({ [vendored]: text });
    expect(findings).toMatchObject([{ rule: 'license-restricted', path: vendored, startLine }]);
    expect(findings[0]?.message.startsWith(`${name}: `)).toBe(true);
  });

  it.each([
    ['package.json', '{"name":"a","license":"MIT"}'],
    ['package.json', '{"type":"module"}'],
    ['package.json', '{"name":"a","private":true,"license":"UNLICENSED"}'],
    ['pyproject.toml', '[tool.ruff]\nline-length = 100\n'],
    ['pyproject.toml', '[project]\nname = "a"\nclassifiers = ["License :: OSI Approved :: MIT License"]\n'],
    ['setup.cfg', '[flake8]\nname = a\nlicense = GPL\n'],
    ['Cargo.toml', '[package]\nname = "a"\nlicense = "MIT/Apache-2.0"\n'],
    ['Cargo.toml', '[package]\nname = "a"\nlicense = "GPL-3.0/MIT"\n'],
    ['Cargo.toml', '[package]\nname = "a"\nlicense.workspace = true\n'],
    ['pom.xml', pom(licensed('The Apache Software License, Version 2.0'))],
    [
      'pom.xml',
      pom(`${licensed('GPL').replace('</licenses>', '<license><name>MIT License</name></license></licenses>')}`),
    ],
    ['a.csproj', '<Project><PropertyGroup><Version>1</Version></PropertyGroup></Project>'],
    ['a.nuspec', '<package><metadata><id>a</id><license type="file">LICENSE</license></metadata></package>'],
  ])('%s: %j binds nobody', async (path, text) => {
    expect(await tell({ [path]: text })).toMatchObject({ findings: [], unread: [] });
  });

  it('somebody else’s package without a licence is told', async () => {
    const told = await tell({
      'vendor/a/package.json': '{\n"name":"a"}',
      'vendor/b/pyproject.toml': '[project]\n\nname = "b"\n',
      'vendor/c/pom.xml': pom('<parent><groupId>p</groupId></parent>'),
    });
    expect(told.findings).toMatchObject([
      { rule: 'license-undeclared', path: 'vendor/a/package.json', startLine: 2 },
      { rule: 'license-undeclared', path: 'vendor/b/pyproject.toml', startLine: 3 },
    ]);
    expect(told.findings).toHaveLength(2);
  });

  it('what a manifest asks for is told, unless a lockfile beside or above lists it', async () => {
    const asks = '{"name":"a","dependencies":{"b":"1","c":"1"}}';
    const alone = await tell({ 'web/package.json': asks, 'Cargo.toml': '[dependencies]\nx = "1"\n' });
    expect(said(alone)).toEqual([
      'license-not-in-file: 2 packages are named here without a licence: not judged.',
      'license-not-in-file: One package is named here without a licence: not judged.',
    ]);
    expect(said(await tell({ 'web/package.json': asks, 'package-lock.json': npmLock({ b: 'MIT' }) }))).toEqual([]);
    expect(said(await tell({ 'package.json': asks, 'web/package-lock.json': npmLock({ b: 'MIT' }) }))).toHaveLength(1);
    expect(said(await tell({ 'package.json': asks, 'composer.lock': composerLock([]) }))).toHaveLength(1);
  });
});
