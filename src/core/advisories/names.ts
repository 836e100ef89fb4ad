import { posix } from 'node:path';
import type { Ecosystem } from './kind.js';

type Fold = (name: string) => string;

/** Letters that only look like others fold too, so that a name is rather taken for another than missed. */
const caseless: Fold = (name) => name.toUpperCase().toLowerCase();

/**
 * The last two names of a repository's address. Hosts have more than one name and addresses many forms, and git takes them
 * all: two repositories of one name at different hosts are rather taken for each other than missed.
 */
const repository: Fold = (address) => {
  const [place = ''] = decoded(caseless(address.trim())).split(/[?#]/);
  const names = posix
    .normalize(place.replaceAll(':', '/'))
    .split('/')
    .filter((name) => name !== '');
  return names
    .slice(-2)
    .join('/')
    .replace(/\.git$/, '');
};

const decoded: Fold = (text) =>
  text.replace(/%([2-7][0-9a-f])/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)).toLowerCase());

/**
 * Ecosystems in which a package has more names than the one that its advisories give, with the form in which names are
 * compared: ids of NuGet and names of Composer are the same in any case (learn.microsoft.com, nuspec reference;
 * Composer\Package\BasePackage), and so are addresses of Swift packages.
 */
const FOLDS: ReadonlyMap<string, Fold> = new Map<Ecosystem, Fold>([
  ['NuGet', caseless],
  ['Packagist', caseless],
  ['SwiftURL', repository],
]);

/** The names under which advisories speak of packages, by ecosystem. */
export type Spellings = Readonly<Record<string, readonly string[]>>;

/** The form in which names of an ecosystem are compared; undefined where every letter counts. */
export const foldOf = (ecosystem: string): Fold | undefined => FOLDS.get(ecosystem);
