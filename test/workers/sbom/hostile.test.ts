import { describe, expect, it } from 'vitest';
import { list, runLimited } from './run.js';

const lock = (packages: Record<string, unknown>) => JSON.stringify({ lockfileVersion: 3, packages });
const at = (path: string) => `node_modules/${path}`;

describe('a file that cannot be read is unread, never an empty list', () => {
  const broken: [string, string][] = [
    ['package-lock.json', ''],
    ['package-lock.json', '{'],
    ['package-lock.json', '[]'],
    ['package-lock.json', '{}'],
    ['package-lock.json', '{"lockfileVersion":4,"packages":{}}'],
    ['package-lock.json', '{"lockfileVersion":3,"packages":[]}'],
    ['package-lock.json', '{"lockfileVersion":3,"packages":{"node_modules/a":"1.0.0"}}'],
    ['npm-shrinkwrap.json', '{"lockfileVersion":1,"dependencies":{"a":null}}'],
    ['pnpm-lock.yaml', ''],
    ['pnpm-lock.yaml', 'lockfileVersion: "99"\npackages: {}'],
    ['pnpm-lock.yaml', 'lockfileVersion: 5.4\npackages: []'],
    ['pnpm-lock.yaml', 'lockfileVersion: 5.4\n---\nlockfileVersion: 5.4\n'],
    ['pnpm-lock.yaml', 'lockfileVersion: "9.0"\npackages:\n  a@1.0.0: {}\n  a@1.0.0: {}\n'],
    ['yarn.lock', ''],
    ['yarn.lock', '# yarn lockfile v1\n  version "1"\n'],
    ['yarn.lock', '# yarn lockfile v1\na@1:\n  version\n'],
    ['yarn.lock', '# yarn lockfile v1\n<<<<<<< HEAD\n'],
    ['yarn.lock', '__metadata:\n  version: 8\n"a@npm:1": text\n'],
    ['bun.lock', ''],
    ['bun.lock', '{}'],
    ['bun.lock', '{"lockfileVersion":3,"packages":{}}'],
    ['bun.lock', '{"lockfileVersion":1,"packages":{"a":"a@1.0.0"}}'],
    ['bun.lock', '{"lockfileVersion":1,"packages":{"a":[]}}'],
    ['bun.lock', '{"lockfileVersion":1,"packages":{"a":["a"]}}'],
    ['bun.lock', '{"lockfileVersion":1,"packages":{"a":["a@1.0.0",,]}}'],
    ['bun.lock', '{"lockfileVersion":1,"workspaces":{"":[]},"packages":{}}'],
    ['Pipfile.lock', '{"default":{}}'],
    ['Pipfile.lock', '{"_meta":{},"default":[1]}'],
    ['poetry.lock', ''],
    ['poetry.lock', '[[package]\nname = "a"'],
    ['poetry.lock', 'package = [{ name = "a", version = "1" }]'],
    ['poetry.lock', '[[package]]\nname = "a"\nversion = "1"\ndescription = """\n[[package]]\n"""'],
    ['uv.lock', 'version = 1\npackage = "none"'],
    ['pdm.lock', 'answer = 42'],
    ['Cargo.lock', 'version = 3\n[package]\nname = "a"'],
    ['go.mod', ''],
    ['go.mod', 'module a\nmodule b'],
    ['go.mod', 'module a\nrequire b'],
    ['go.mod', 'module a\nsurprise b v1.0.0'],
    ['go.sum', 'not a sum line'],
    ['pom.xml', ''],
    ['pom.xml', '<project><dependencies></project>'],
    ['pom.xml', '<html></html>'],
    ['pom.xml', '<project>&undefined;</project>'],
    ['gradle.lockfile', ''],
    ['gradle.lockfile', 'group:name=x\nempty='],
    ['composer.lock', '{"packages":{"a":1}}'],
    ['composer.lock', '{"name":"example/example"}'],
    ['Gemfile.lock', 'hello'],
    ['Gemfile.lock', 'GEM\n  specs:\n    rack 3.1.7\n'],
    ['Gemfile.lock', '<<<<<<< HEAD\nGEM\n'],
    ['packages.lock.json', '{"dependencies":{}}'],
    ['App.csproj', '<project/>'],
    ['packages.config', '<Packages/>'],
    ['.github/workflows/ci.yml', 'jobs: [1]'],
    ['.github/workflows/ci.yml', 'jobs:\n\t- x'],
    ['action.yml', 'runs:\n  steps: [text]'],
  ];

  it.each(broken)('%s: %j', (path, text) => {
    const { components, unread } = list({ [path]: text });
    expect(components).toEqual([]);
    expect(unread).toEqual([{ path, reason: 'unparsable', detail: expect.any(String) }]);
  });

  it('says so when one file is broken and others are not', () => {
    const { components, unread } = list({ 'a/package-lock.json': '{', 'b/requirements.txt': 'a==1' });
    expect(components.map((component) => component.purl)).toEqual(['pkg:pypi/a@1']);
    expect(unread.map((file) => file.path)).toEqual(['a/package-lock.json']);
  });

  it.each([
    ['bun.lockb', 'Bun, binary'],
    ['app/pubspec.lock', 'pub'],
    ['ios/Podfile.lock', 'CocoaPods'],
    ['infra/.terraform.lock.hcl', 'Terraform'],
    ['gradle/dependency-locks/compileClasspath.lockfile', 'Gradle before 7'],
  ])('tells %s, whose format nothing here reads', (path, of) => {
    expect(list({ [path]: Buffer.from('#\0a==1') })).toEqual({
      components: [],
      unread: [{ path, reason: 'unsupported', detail: `a lockfile of a format that is not read (${of})` }],
    });
  });

  it('takes no chart of Helm for requirements of pip', () => {
    const text = 'dependencies:\n- name: a\n  repository: https://charts.example.org\n  version: 8.6.4\n';
    const { components, unread } = list({ 'requirements.lock': text });
    expect(components).toEqual([]);
    expect(unread).toMatchObject([{ reason: 'unpinned', detail: expect.stringMatching(/cannot be read$/) }]);
  });

  it('reads no binary, no UTF-16, nothing above its size and no other name', () => {
    expect(list({ 'requirements.txt': Buffer.from('a\0==1') }).unread[0]?.reason).toBe('not-text');
    expect(list({ 'requirements.txt': Buffer.from('\ufeffa==1', 'utf16le') }).unread[0]?.reason).toBe('not-text');
    expect(list({ 'requirements.txt': Buffer.alloc(16 * 1024 * 1024 + 1, 10) }).unread[0]?.reason).toBe('too-large');
    expect(list({ 'README.md': 'a==1' }).unread[0]?.reason).toBe('unsupported');
  });
});

describe('a file that holds no packages is fine', () => {
  it.each([
    ['package-lock.json', lock({ '': { name: 'shop' } })],
    ['package-lock.json', '{"lockfileVersion":1}'],
    ['pnpm-lock.yaml', "lockfileVersion: '9.0'\n"],
    ['yarn.lock', '# yarn lockfile v1\n\n'],
    ['bun.lock', '{"lockfileVersion":1,"workspaces":{"":{"name":"shop",},},"packages":{},}'],
    ['requirements-dev.lock', '# none yet\n-e file:.\n'],
    ['requirements.txt', '# none yet\n'],
    ['poetry.lock', 'package = []\n[metadata]\nlock-version = "2.0"\n'],
    ['Cargo.lock', 'version = 4\n[[package]]\nname = "own"\nversion = "0.1.0"\n'],
    ['go.mod', 'module example.com/a\n'],
    ['go.sum', ''],
    ['gradle.lockfile', 'empty=runtimeClasspath\n'],
    ['composer.lock', '{"packages":[],"packages-dev":[]}'],
    ['pom.xml', '<project/>'],
    ['packages.config', '<packages/>'],
    ['.github/workflows/ci.yml', 'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: "true"\n'],
  ])('%s', (path, text) => {
    expect(list({ [path]: text })).toEqual({ components: [], unread: [] });
  });
});

describe('names and versions from a hostile file', () => {
  it('keeps prototype keys as names, and harms no object', () => {
    const { components, unread } = list({
      'package-lock.json': `{"lockfileVersion":3,"packages":{
        "node_modules/__proto__":{"version":"1.0.0","dependencies":{"constructor":"1"}},
        "node_modules/constructor":{"version":"1.0.0"},"__proto__":{"polluted":true}}}`,
      'Cargo.lock': '[[package]]\nname = "__proto__"\nversion = "1.0.0"\nsource = "registry+x"\n',
      'pnpm-lock.yaml': "lockfileVersion: '9.0'\npackages:\n  __proto__@1.0.0: {__proto__: {polluted: true}}\n",
    });
    expect(unread).toEqual([]);
    expect(components.map((component) => component.purl)).toEqual([
      'pkg:npm/__proto__@1.0.0',
      'pkg:npm/constructor@1.0.0',
      'pkg:cargo/__proto__@1.0.0',
      'pkg:npm/__proto__@1.0.0',
    ]);
    expect(components[0]?.dependsOn).toEqual(['pkg:npm/constructor@1.0.0']);
    expect(Object.keys({})).toEqual([]);
    expect('polluted' in {}).toBe(false);
  });

  it.each([
    ['', '1.0.0'],
    ['a/b/c', '1.0.0'],
    ['a\nb', '1.0.0'],
    ['a\u202eb', '1.0.0'],
    ['a\u001b[31m', '1.0.0'],
    ['a', '1\u00a00'],
    ['a', ' 1'],
    ['a b', '1'],
    ['a', '1\u0000'],
    ['a'.repeat(600), '1.0.0'],
    ['a', '1'.repeat(600)],
    ['@scope', '1.0.0'],
  ])('name %j with version %j is no component, and is counted', (name, version) => {
    const { components, unread } = list({
      'package-lock.json': lock({ [at(name)]: { version }, [at('ok')]: { version: '1' } }),
    });
    expect(components.map((component) => component.name)).toEqual(['ok']);
    expect(unread).toEqual([
      { path: 'package-lock.json', reason: 'unpinned', detail: '1 entry with a name or version that cannot be' },
    ]);
  });

  it.each([[{}], [{ version: '' }], [{ version: 1 }], [{ version: null }], [{ version: ['1'] }]])(
    'an entry without a version that is text is counted: %j',
    (entry) => {
      const { components, unread } = list({ 'package-lock.json': lock({ [at('a')]: entry, [at('b')]: entry }) });
      expect(components).toEqual([]);
      expect(unread.map((file) => file.detail)).toEqual(['2 entries without an exact version']);
    },
  );

  it('cannot break out of a purl', () => {
    const { components } = list({ 'package-lock.json': lock({ [at('a?b#c%41')]: { version: '1/../2?x=y#z' } }) });
    expect(components[0]?.purl).toBe('pkg:npm/a%3Fb%23c%2541@1%2F..%2F2%3Fx%3Dy%23z');
  });

  it('lets no token of a repository through', () => {
    const commit = '0123456789abcdef0123456789abcdef01234567';
    const { components } = list({
      'package-lock.json': lock({
        [at('a')]: { version: '1.0.0', resolved: `git+https://u:hunter2@example.com/a.git?t=hunter2#${commit}` },
      }),
      'requirements.txt': `b @ git+https://hunter2@example.com/b.git@${commit}\n`,
      'Cargo.lock': `[[package]]\nname = "c"\nversion = "1.0.0"\nsource = "git+https://hunter2@example.com/c?token=hunter2#${commit}"\n`,
    });
    expect(components).toHaveLength(3);
    expect(JSON.stringify(components)).not.toContain('hunter2');
  });

  it('leaves out hashes that are none', () => {
    const integrity = `sha512-AAAA md5-${'A'.repeat(22)}== sha1-${'x'.repeat(9)} __proto__-AAAA`;
    const { components } = list({ 'package-lock.json': lock({ [at('a')]: { version: '1.0.0', integrity } }) });
    expect(components[0]?.hashes).toEqual({});
  });
});

describe('bombs end in time, as unread files', () => {
  const deep = 5000;
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 12; i += 1) {
    const last = String.fromCharCode(96 + i);
    const next = String.fromCharCode(97 + i);
    bomb.push(`${next}: &${next} [${Array(9).fill(`*${last}`).join(', ')}]`);
  }
  const entities = ['<!DOCTYPE project [<!ENTITY a "aaaaaaaaaa">'];
  for (let i = 0; i < 9; i += 1) entities.push(`<!ENTITY ${'bcdefghij'[i]} "&${'abcdefghi'[i]};&${'abcdefghi'[i]};">`);

  it.each([
    ['package-lock.json', `{"lockfileVersion":3,"packages":${'['.repeat(deep)}${']'.repeat(deep)}}`],
    [
      'package-lock.json',
      `{"lockfileVersion":1,"dependencies":${'{"a":{"version":"1","dependencies":'.repeat(deep)}{}${'}}'.repeat(deep)}}`,
    ],
    ['package-lock.json', '{"lockfileVersion":3,"packages":{},"packages":{"node_modules/a":{"version":"1"}}}'],
    [
      'bun.lock',
      `{"lockfileVersion":1,"packages":{"${'a/'.repeat(deep)}b":["b@1.0.0","",{"dependencies":{"c":"1"}}]}}`,
    ],
    ['pnpm-lock.yaml', `lockfileVersion: 5.4\npackages: ${'{a: '.repeat(deep)}${'}'.repeat(deep)}`],
    ['pnpm-lock.yaml', `lockfileVersion: 5.4\n${bomb.join('\n')}\n`],
    ['pnpm-lock.yaml', 'lockfileVersion: 5.4\npackages: &a\n  /a/1.0.0: *a\n'],
    ['pnpm-lock.yaml', 'lockfileVersion: 5.4\npackages: *nowhere\n'],
    ['.github/workflows/ci.yml', `${bomb.join('\n')}\njobs: *l\n`],
    ['poetry.lock', `version = 1\na = ${'['.repeat(deep)}${']'.repeat(deep)}`],
    ['pom.xml', `${'<a>'.repeat(deep)}${'</a>'.repeat(deep)}`],
    ['pom.xml', `${entities.join('')}]><project><name>&j;</name></project>`],
    ['pom.xml', '<!DOCTYPE project SYSTEM "file:///etc/passwd"><project/>'],
  ])('%s: %.60s', async (path, text) => {
    const { components, unread } = await runLimited(path, text);
    expect(components).toEqual([]);
    expect(unread).toEqual([expect.objectContaining({ path, reason: 'unparsable' })]);
  });

  it('entries that all share a name cannot multiply their dependencies', async () => {
    const entry = '[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "r"\ndependencies = ["a"]\n';
    const { unread } = await runLimited('Cargo.lock', entry.repeat(3000));
    expect(unread.map((file) => file.detail)).toEqual(['too many dependencies']);
  });

  it('properties of a pom that name each other end', () => {
    const properties = `<properties><a>${'$'}{b}${'$'}{b}</a><b>${'$'}{a}${'$'}{a}</b></properties>`;
    const dependency = `<dependency><groupId>g</groupId><artifactId>a</artifactId><version>${'$'}{a}</version></dependency>`;
    const { unread } = list({
      'pom.xml': `<project>${properties}<dependencies>${dependency}</dependencies></project>`,
    });
    expect(unread.map((file) => file.detail)).toEqual(['1 entry without an exact version']);
  });
});

describe('files that speak of each other', () => {
  it('an included requirements file that was not given is a gap; one that was given is not', () => {
    const files = { 'web/requirements.txt': '-r ../base.txt\n--requirement=other/requirements.txt\n' };
    expect(list(files).unread[0]?.detail).toBe('2 entries naming another file, which was not read');
    expect(list({ ...files, 'web/other/requirements.txt': 'a==1' }).unread[0]?.detail).toMatch(/^1 entry naming/);
  });

  it('go.sum counts where go.mod is incomplete, missing or broken, and not where it is complete', () => {
    const sum = `example.com/a v1.0.0 h1:${'A'.repeat(43)}=\n`;
    const names = (mod: string | undefined) =>
      list({ ...(mod !== undefined && { 'go.mod': mod }), 'go.sum': sum }).components.map(
        (component) => component.name,
      );
    expect(names('module m\ngo 1.17\n')).toEqual([]);
    expect(names('module m\ngo 1.16\n')).toEqual(['example.com/a']);
    expect(names('module m\n')).toEqual(['example.com/a']);
    expect(names('broken')).toEqual(['example.com/a']);
    expect(names(undefined)).toEqual(['example.com/a']);
    expect(names('module m\nrequire example.com/a v1.0.0\n')).toEqual(['example.com/a']);
  });

  it('an empty NuGet lockfile does not hide what the project leaves open', () => {
    const project = '<Project><ItemGroup><PackageReference Include="A"/></ItemGroup></Project>';
    const { unread } = list({ 'A.csproj': project, 'packages.lock.json': '{"version":1,"dependencies":{}}' });
    expect(unread.map((file) => file.detail)).toEqual(['1 entry without an exact version']);
  });
});
