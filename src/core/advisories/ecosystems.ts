import { basename, dirname } from 'node:path/posix';
import type { Ecosystem } from './kind.js';

/**
 * Files that osv-scanner 2.5.0 reads in a source tree, by their whole name, with the ecosystem whose advisories it then
 * needs (its preset `lockfile`, on osv-scalibr of 27 July 2026).
 */
const BY_NAME: Readonly<Record<string, Ecosystem>> = {
  'package-lock.json': 'npm',
  'npm-shrinkwrap.json': 'npm',
  'pnpm-lock.yaml': 'npm',
  'yarn.lock': 'npm',
  'bun.lock': 'npm',
  'go.mod': 'Go',
  // Read beside its go.mod.
  'go.sum': 'Go',
  'Pipfile.lock': 'PyPI',
  'poetry.lock': 'PyPI',
  'pdm.lock': 'PyPI',
  'uv.lock': 'PyPI',
  'pom.xml': 'Maven',
  'gradle.lockfile': 'Maven',
  'buildscript-gradle.lockfile': 'Maven',
  'Cargo.lock': 'crates.io',
  'Gemfile.lock': 'RubyGems',
  'gems.locked': 'RubyGems',
  'composer.lock': 'Packagist',
  'packages.lock.json': 'NuGet',
  'packages.config': 'NuGet',
  'Directory.Packages.props': 'NuGet',
  'Directory.Build.props': 'NuGet',
  'pubspec.lock': 'Pub',
  'mix.lock': 'Hex',
  'cabal.project.freeze': 'Hackage',
  'stack.yaml.lock': 'Hackage',
  'renv.lock': 'CRAN',
  'conan.lock': 'ConanCenter',
  'Package.resolved': 'SwiftURL',
};

/** The others, by the form of their name. */
const BY_FORM: readonly (readonly [RegExp, Ecosystem])[] = [
  [/requirements.*\.txt$/s, 'PyPI'],
  [/^pylock\.(?:.*\.)?toml$/s, 'PyPI'],
  [/\.pom$/, 'Maven'],
  [/\.(?:cs|vb|fs)proj$/, 'NuGet'],
  [/\.deps\.json$/, 'NuGet'],
];

/** Read when a requirements file includes them (`-r`). */
const INCLUDED = /(?:^|\/)requirements\/.*\.txt$/s;

/** Lockfiles of JavaScript that osv-scanner leaves out below `node_modules`. */
const IN_NODE_MODULES = /(?:^|\/)node_modules\//;

/** Ecosystems whose advisories osv-scanner needs to judge a file; none for a file that it does not read. */
export function ecosystemsOf(path: string): Ecosystem[] {
  const name = basename(path);
  if (name === 'verification-metadata.xml' && basename(dirname(path)) === 'gradle') return ['Maven'];
  if (INCLUDED.test(path)) return ['PyPI'];
  const found = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : BY_FORM.find(([form]) => form.test(name))?.[1];
  return found === undefined || (found === 'npm' && IN_NODE_MODULES.test(path)) ? [] : [found];
}
