import type { SbomComponent, SbomSubject } from '../../../src/core/bundle/packages.js';

export const SUBJECT: SbomSubject = {
  name: 'shop <b>&"\u202e',
  version: '1.0.0',
  commitTime: '2024-05-01T12:00:00.250+02:00',
  digest: 'c0ffee'.padEnd(64, '0'),
};

export const component = (purl: string, more: Partial<SbomComponent> = {}): SbomComponent => ({
  purl,
  name: purl.replace(/^pkg:\w+\/(.*)@.*$/, '$1'),
  version: purl.replace(/^.*@/, ''),
  path: 'package-lock.json',
  line: 1,
  scope: 'required',
  hashes: {},
  licenses: [],
  dependsOn: [],
  ...more,
});

const SHA1 = 'a'.repeat(40);
const SHA512 = 'b'.repeat(128);

/** One of each thing that renders differently. */
export const COMPONENTS: readonly SbomComponent[] = [
  component('pkg:npm/%40scope/left@2.1.0', {
    name: '@scope/left',
    line: 14,
    hashes: { 'SHA-1': SHA1, 'SHA-512': SHA512 },
    licenses: ['(MIT OR apache-2.0)'],
    dependsOn: ['pkg:npm/deep@1.0.0', 'pkg:npm/not-listed@1.0.0'],
  }),
  component('pkg:npm/deep@1.0.0', { line: 30, scope: 'development', licenses: ['MIT'], hashes: { 'SHA-1': SHA1 } }),
  component('pkg:npm/deep@1.0.0', {
    line: 90,
    path: 'a/package-lock.json',
    scope: 'optional',
    licenses: ['MIT', 'ISC AND MIT'],
  }),
  component('pkg:npm/deep@1.0.0', {
    line: 9,
    path: 'a/package-lock.json',
    scope: 'optional',
    hashes: { 'SHA-1': 'f'.repeat(40) },
  }),
  component('pkg:maven/org.example/core@1.0', {
    name: 'org.example:core',
    licenses: ['SEE LICENSE IN <x>'],
    path: 'pom.xml',
  }),
  component('pkg:pypi/round@1', {
    scope: 'development',
    path: 'uv.lock',
    dependsOn: ['pkg:pypi/trip@1', 'pkg:pypi/round@1'],
  }),
  component('pkg:pypi/trip@1', { scope: 'optional', path: 'uv.lock', dependsOn: ['pkg:pypi/round@1'] }),
];
