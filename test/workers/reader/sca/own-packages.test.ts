import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manySourced, ownPackages } from '../../../../src/workers/reader/sca/own-packages.js';

const uv = (...packages: string[]): string =>
  ['version = 1', ...packages.map((one) => `[[package]]\n${one}`)].join('\n\n');
const npm = (packages: object): string => JSON.stringify({ lockfileVersion: 3, packages });
const own = (path: string, text: string): string[] => [...ownPackages(path, text)].sort();

describe('what a lockfile says of the source itself', () => {
  it.each([
    ['no lockfile', 'uv.lock', 'name = '],
    ['a package of a registry', 'uv.lock', uv('name = "a"\nsource = { registry = "https://pypi.org/simple" }')],
    ['an archive', 'uv.lock', uv('name = "a"\nsource = { path = "a.whl" }')],
    ['a folder outside', 'uv.lock', uv('name = "a"\nsource = { editable = "../a" }')],
    ['a folder outside, by a detour', 'b/uv.lock', uv('name = "a"\nsource = { editable = "c/../../../a" }')],
    ['a folder of the machine', 'uv.lock', uv('name = "a"\nsource = { directory = "/srv/a" }')],
    ['a version', 'uv.lock', uv('name = "a"\nversion = "1"\nsource = { editable = "." }')],
    ['a dependency of the same name', 'uv.lock', uv('name = "a"\nsource = { editable = "." }', 'name = "a"')],
    ['a list of packages', 'package-lock.json', '{ "packages": [] }'],
    ['an installed package', 'package-lock.json', npm({ 'node_modules/a': {} })],
    ['a package inside a workspace', 'package-lock.json', npm({ 'parts/b/node_modules/a': {} })],
    ['a link to outside', 'package-lock.json', npm({ 'node_modules/a': { link: true, resolved: '../a' } })],
    ['a link to nowhere', 'package-lock.json', npm({ 'node_modules/a': { link: true } })],
    ['a folder outside', 'package-lock.json', npm({ '../a': {} })],
    ['an installed package too', 'package-lock.json', npm({ a: {}, 'node_modules/a': {} })],
    ['a module outside', 'go.mod', 'module example.com/m\nreplace example.com/a => ../a\n'],
    ['a module of others, copied', 'go.mod', 'module example.com/m\nreplace golang.org/x/crypto => ./crypto\n'],
    ['no module', 'go.mod', 'replace example.com/a => ./a\n'],
    ['an archive too', 'uv.lock', uv('name = "a"\nsource = { url = "https://example.com/a.whl", editable = "." }')],
    ['a file and a folder', 'uv.lock', uv('name = "a"\nsource = { path = "a.whl", directory = "." }')],
    ['a module of a registry', 'go.mod', 'replace example.com/a => example.com/b v1.0.0\n'],
    ['a kind that is not known here', 'Cargo.lock', '[[package]]\nname = "a"\n'],
  ])('is nothing where it states %s (%s)', (_, path, text) => {
    expect(own(path, text)).toEqual([]);
  });

  it.each([
    ['uv.lock', uv('name = "a"\nsource = { editable = "." }', 'name = "b"\nsource = { virtual = "b" }'), ['a', 'b']],
    ['c/uv.lock', uv('name = "a"\nsource = { directory = "../a" }'), ['a']],
    ['package-lock.json', npm({ 'node_modules/@a/b': { link: true, resolved: 'parts/b' } }), ['@a/b']],
    [
      'c/npm-shrinkwrap.json',
      npm({ 'parts/b': {}, '../@a/c': {}, d: { name: 'e' }, f: { version: '1' } }),
      ['@a/c', 'b', 'e'],
    ],
    [
      'go.mod',
      'module example.com/m\nreplace (\n\texample.com/a => ./a\n\texample.com/b v1.0.0 =>\t./b/c\n)\n',
      ['./a', './b/c'],
    ],
    ['c/go.mod', 'module "example.com/m"\nreplace example.com/a => ../a\n', ['../a']],
  ])('is the folders inside that %s names', (path, text, names) => {
    expect(own(path, text)).toEqual(names);
  });

  it('tells packages of several sources, of which tools leave out one that is also virtual', () => {
    const both = uv('name = "a"\nversion = "1"\nsource = { registry = "https://pypi.org/simple", virtual = "." }');
    expect(manySourced(both)).toBe(1);
    expect(manySourced(uv('name = "a"\nsource = { virtual = "." }'))).toBe(0);
    expect(manySourced('name = ')).toBe(1);
  });

  it('never throws, whatever the file holds', () => {
    const names = fc.constantFrom('uv.lock', 'package-lock.json', 'go.mod', 'a/npm-shrinkwrap.json');
    fc.assert(
      fc.property(names, fc.oneof(fc.string(), fc.json()), (name, text) => ownPackages(name, text) instanceof Set),
    );
  });
});
