import { describe, expect, it } from 'vitest';
import { statesNoDependency } from '../../../../src/workers/reader/sca/empty-lockfile.js';

const POM = '<project>\n<modules><module>a</module></modules>\n</project>\n';

describe('a lockfile that states no dependency', () => {
  it.each([
    ['requirements.txt', 'django'],
    ['requirements.txt', '-r other.txt'],
    ['go.mod', 'module a\nrequire b v1.0.0\n'],
    ['go.mod', 'module a\nrequ'],
    ['package-lock.json', '{ "lockfileVersion": 3, "packages": {'],
    ['package-lock.json', '{}'],
    ['package-lock.json', '{ "lockfileVersion": 3, "packages": { "": { "dependencies": { "a": "1" } } } }'],
    ['package-lock.json', '{ "lockfileVersion": 3, "packages": { "node_modules/a": {} } }'],
    ['package-lock.json', '{ "lockfileVersion": 1, "dependencies": { "a": {} } }'],
    ['yarn.lock', 'a@1:\n  version "1"\n'],
    ['composer.lock', '{ "packages": [] }'],
    ['composer.lock', '{ "packages": [{ "name": "a" }], "packages-dev": [] }'],
    ['Pipfile.lock', '{ "default": { "a": {} }, "develop": {} }'],
    ['poetry.lock', '{ this is no TOML'],
    ['poetry.lock', '[[package]]\nname = "a"\n'],
    ['uv.lock', 'version = 1\n[[package]]\nname = "a"\nversion = "1"\n'],
    ['uv.lock', '[[package]]\nname = "a"\nsource = { virtual = "other" }\n'],
    ['uv.lock', '[[package]]\nname = "a"\n\n[[package]]\nname = "b"\nsource = { virtual = "." }\n'],
    ['gradle.lockfile', 'a:b:1=runtime\n'],
    ['pom.xml', '<project><dependencies><dependency/></dependencies></project>'],
    ['pom.xml', '<project><parent/></project>'],
    ['pom.xml', '<m:project xmlns:m="x"><m:dependency/></m:project>'],
    ['pom.xml', '<!DOCTYPE project [<!ENTITY d "x">]><project>&d;</project>'],
    ['pom.xml', '<project>'],
    ['pom.xml', `\0<\0p${POM}`],
    ['Gemfile.lock', ''],
    ['conan.lock', '{}'],
  ])('is not %s with %j', (name, text) => {
    expect(statesNoDependency(`a/${name}`, text)).toBe(false);
  });

  it.each([
    ['requirements-dev.txt', '# later\r\n\r\n'],
    ['requirements.txt', ''],
    ['go.mod', '// a\nmodule example.com/a\n\ngo 1.22.1\n\ntoolchain go1.22.3\n'],
    [
      'package-lock.json',
      '{ "name": "a", "lockfileVersion": 3, "requires": true, "packages": { "": { "name": "a" } } }',
    ],
    ['npm-shrinkwrap.json', '{ "lockfileVersion": 1 }'],
    ['yarn.lock', '# yarn lockfile v1\n\n\n'],
    ['composer.lock', '{ "packages": [], "packages-dev": [] }'],
    ['Pipfile.lock', '{ "_meta": {}, "default": {}, "develop": {} }'],
    ['poetry.lock', 'package = []\n\n[metadata]\nlock-version = "2.1"\ncontent-hash = "ab"\n'],
    ['uv.lock', 'version = 1\nrevision = 3\nrequires-python = ">=3.10"\n'],
    ['uv.lock', 'version = 1\n\n[[package]]\nname = "a"\nversion = "0.1"\nsource = { virtual = "." }\n'],
    ['gradle.lockfile', '# This is a file.\nempty=classpath\n'],
    ['pom.xml', POM],
  ])('is %s with %j', (name, text) => {
    expect(statesNoDependency(`a/${name}`, text)).toBe(true);
  });
});
