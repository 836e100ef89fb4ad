import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const SDK = 'node_modules/@dagger.io/dagger';
const entry = { version: '1.0.0', integrity: 'sha512-x' };
const folder = mkdtempSync(join(tmpdir(), 'module-lock-test-'));

let moduleLock: (root: string) => string;
beforeAll(async () => {
  ({ moduleLock } = await import(pathToFileURL(resolve('module-lock.js')).href));
});

/** The places that the lock names for a project with one dependency, `a`, and these locked packages. */
function placesOf(packages: object): string[] {
  mkdirSync(join(folder, 'dagger/package'), { recursive: true });
  const write = (path: string, value: object) => writeFileSync(join(folder, path), JSON.stringify(value));
  write('dagger/package/package.json', { name: 'installed', dependencies: { own: '1.0.0' } });
  write('package.json', { name: 'own', version: '1.0.0', dependencies: { a: '1' } });
  write('package-lock.json', { packages: { [SDK]: { ...entry, dev: true }, ...packages } });
  return Object.keys(JSON.parse(moduleLock(folder)).packages);
}

describe('the lock that the module’s container is installed from', () => {
  it.each([
    ['a package that nothing locks', { 'node_modules/a': { ...entry, dependencies: { gone: '1' } } }, /has no gone/],
    ['a package without a digest', { 'node_modules/a': { version: '1.0.0' } }, /has no integrity/],
    ['a package that may be left out', { 'node_modules/a': { ...entry, devOptional: true } }, /is optional/],
  ])('is not made of %s', (_, packages, message) => {
    expect(() => placesOf(packages)).toThrow(message);
  });

  it('has what is needed, from where Node finds it, and nothing else', () => {
    const nested = { ...entry, dependencies: { c: '1' }, peerDependencies: { d: '1', e: '1' } };
    const places = placesOf({
      'node_modules/a': { ...entry, dependencies: { b: '1' } },
      'node_modules/a/node_modules/b': { ...nested, peerDependenciesMeta: { e: { optional: true } } },
      ...Object.fromEntries(['b', 'c', 'd', 'e', 'test-only'].map((name) => [`node_modules/${name}`, entry])),
    });
    const found = ['node_modules/a', 'node_modules/a/node_modules/b', 'node_modules/c', 'node_modules/d'];
    expect(places).toEqual(['', 'node_modules/own', SDK, ...found]);
  });

  it('is there, and what `node build.js --lock` writes', () => {
    expect(readFileSync('dagger/package/package-lock.json', 'utf8')).toBe(moduleLock('.'));
  });

  it('pins all but this package itself by its digest', () => {
    const { packages } = JSON.parse(moduleLock('.'));
    const without = Object.keys(packages).filter((place) => !/^sha512-/.test(packages[place].integrity ?? ''));
    expect(without).toEqual(['', 'node_modules/certus-security-scan']);
  });
});
