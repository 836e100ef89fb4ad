import { posix } from 'node:path';
import type { Ecosystem } from './kind.js';

type Fold = (name: string) => string;

/** Letters that only look like others fold too, so that a name is rather taken for another than missed. */
const caseless: Fold = (name) => name.toUpperCase().toLowerCase();

/** Host and path of a repository, in whatever form its address is given: git takes them all. */
const repository: Fold = (address) => {
  const [, place = ''] = /^(?:[a-z+]+:\/\/)?(?:[^/@]*@)?(?:www\.)?([^?#]*)/.exec(decoded(caseless(address))) ?? [];
  const path = place.replace(/^([^/:]+):(?:\d+(?=\/))?/, '$1/');
  return posix
    .normalize(path)
    .replace(/\/$/, '')
    .replace(/\.git$/, '');
};

const decoded: Fold = (text) =>
  text.replace(/%([2-7][0-9a-f])/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)).toLowerCase());

/**
 * Ecosystems in which a package has more names than the one that its advisories give, with the form in which names are
 * compared: ids of NuGet and names of Composer are the same in any case (learn.microsoft.com, nuspec reference;
 * Composer\Package\BasePackage), and so are addresses at the large hosts of Swift packages.
 */
const FOLDS: Readonly<Partial<Record<Ecosystem, Fold>>> = {
  NuGet: caseless,
  Packagist: caseless,
  SwiftURL: repository,
};

/** The names under which advisories speak of packages, by ecosystem. */
export type Spellings = Readonly<Record<string, readonly string[]>>;

/** The form in which names of an ecosystem are compared; undefined where every letter counts. */
export const foldOf = (ecosystem: string): Fold | undefined =>
  Object.entries(FOLDS).find(([name]) => name === ecosystem)?.[1];
