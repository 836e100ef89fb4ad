import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { casedKeys } from '../../../../src/workers/reader/sca/cased-keys.js';

describe('keys that Go takes for a field and the installer does not know', () => {
  it.each([
    ['package-lock.json', '{"packages":{"":{"version":"4.17.0","Version":"4.18.0"}}}', 1],
    ['a/npm-shrinkwrap.json', '{"packages":{"node_modules/a":{"NAME":"b"}}}', 1],
    ['package-lock.json', '{"dependencies":{"a":{"dependencies":{"b":{"VERSION":"1"}}}}}', 1],
    ['package-lock.json', '{"dependencie\u017f":{}}', 1],
    ['package-lock.json', '{"packages":{"node_modules/a":{"lin\u212a":true,"Resolved":"x"}}}', 2],
    ['Pipfile.lock', '{"Develop":{"a":{"version":"==1"}}}', 1],
    ['composer.lock', '{"packages":[{"name":"a/a","Version":"1"}]}', 1],
    ['packages.lock.json', '{"dependencies":{"net8.0":{"A":{"resolved":"1.0.0","Resolved":"9.0.0"}}}}', 1],
    ['packages.lock.json', '{"dependencies":{},"Dependencies":{}}', 1],
    ['conan.lock', '{"requires":["a/1.0#b"],"Requires":["a/9.0#b"]}', 1],
    ['renv.lock', '{"Packages":{"a":{"Version":"1.0","version":"9.0"}}}', 1],
    ['Package.resolved', '{"pins":[{"state":{"version":"1.0.0","Version":"9.0.0"}}]}', 1],
    ['bun.lock', '{"packages":{}, // "\n"\\u0050ackages":{},}', 1],
    ['Cargo.lock', '[[package]]\nname = "a"\nversion = "1.0.0"\nVersion = "9.0.0"\n', 1],
    ['Cargo.lock', '[[package]]\nname = "a"\n[[Package]]\nname = "b"\n', 1],
    ['poetry.lock', '[[package]]\nName = "a"\n[package.source]\nTYPE = "git"\n', 2],
    ['uv.lock', '[[package]]\nname = "a"\nsource = { Virtual = "." }\n', 1],
    ['pdm.lock', '[[package]]\nVERSION = "1"\n', 1],
    ['pylock.dev.toml', '[[packages]]\nname = "a"\n"ver\u017fion" = "9"\n', 1],
  ])('are counted: %s %s', (path, text, count) => {
    expect(casedKeys(path, text)).toBe(count);
  });

  it.each([
    ['package-lock.json', '{"name":"A","packages":{"node_modules/Name2":{"version":"1","License":"MIT"}}}'],
    ['package-lock.json', '{"dependencies":{"Version":{"version":"1","requires":{"Name":"1"}}}}'],
    ['packages.lock.json', '{"dependencies":{"net8.0":{"Resolved":{"type":"Direct","resolved":"1.0.0"}}}}'],
    ['bun.lock', '{"packages":{"Packages":["Packages@1.0.0",{},"//\\",",],},/* " */}'],
    ['poetry.lock', '[[package]]\nname = "a"\nversion = "1"\n[package.dependencies]\nName = "*"\n[Metadata]\nb = 1\n'],
    ['pnpm-lock.yaml', 'Packages: {}'],
  ])('are not the fields themselves, nor names of packages: %s %s', (path, text) => {
    expect(casedKeys(path, text)).toBe(0);
  });

  it.each(['{', '{"packages":{},"packages":{}}', '\ufeff{}'])('are feared in what cannot be read: %j', (text) => {
    expect(casedKeys('package-lock.json', text)).toBe(1);
  });

  it('are looked for in any text', () => {
    const paths = fc.constantFrom('bun.lock', 'Cargo.lock', 'conan.lock');
    fc.assert(fc.property(paths, fc.oneof(fc.string(), fc.json()), (path, text) => casedKeys(path, text) >= 0));
  });
});
