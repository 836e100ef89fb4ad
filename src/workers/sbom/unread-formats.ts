import { globMatcher } from '../../core/lib/paths.js';

/**
 * Files that list packages in a format that no reader here knows, by glob, with the package manager that writes them. They are
 * listed as unread: without that, a tree whose packages stand in one of them would look like a tree without packages.
 */
const UNREAD: readonly (readonly [glob: string, of: string])[] = [
  ['**/bun.lockb', 'Bun, binary'],
  ['**/deno.lock', 'Deno'],
  ['**/pylock.toml', 'PEP 751'],
  ['**/pylock.*.toml', 'PEP 751'],
  ['**/pixi.lock', 'pixi'],
  ['**/conda-lock.yml', 'conda-lock'],
  ['**/*.conda-lock.yml', 'conda-lock'],
  ['**/environment.yml', 'Conda'],
  ['**/environment.yaml', 'Conda'],
  ['**/Gopkg.lock', 'dep'],
  ['**/glide.lock', 'Glide'],
  ['**/Godeps/Godeps.json', 'godep'],
  ['**/gradle/dependency-locks/*.lockfile', 'Gradle before 7'],
  ['**/gradle/verification-metadata.xml', 'Gradle, dependency verification'],
  ['**/maven_install.json', 'rules_jvm_external'],
  ['**/MODULE.bazel.lock', 'Bazel'],
  ['**/build.sbt.lock', 'sbt'],
  ['**/paket.lock', 'Paket'],
  ['**/Package.resolved', 'Swift Package Manager'],
  ['**/Podfile.lock', 'CocoaPods'],
  ['**/Cartfile.resolved', 'Carthage'],
  ['**/pubspec.lock', 'pub'],
  ['**/mix.lock', 'Mix'],
  ['**/rebar.lock', 'Rebar3'],
  ['**/conan.lock', 'Conan'],
  ['**/renv.lock', 'renv'],
  ['**/packrat/packrat.lock', 'Packrat'],
  ['**/stack.yaml.lock', 'Stack'],
  ['**/cabal.project.freeze', 'Cabal'],
  ['**/*.opam.locked', 'opam'],
  ['**/cpanfile.snapshot', 'Carton'],
  ['**/luarocks.lock', 'LuaRocks'],
  ['**/nimble.lock', 'Nimble'],
  ['**/dub.selections.json', 'DUB'],
  ['**/shard.lock', 'Shards'],
  ['**/spago.lock', 'Spago'],
  ['**/Chart.lock', 'Helm'],
  ['**/.terraform.lock.hcl', 'Terraform'],
];

export const UNREAD_LOCKFILES: readonly string[] = UNREAD.map(([glob]) => glob);

const MATCHERS = UNREAD.map(([glob, of]) => ({ matches: globMatcher([glob], true), of }));

/** Why a path that no reader takes is unread. */
export function whyUnread(path: string): string {
  const known = MATCHERS.find(({ matches }) => matches(path));
  return known ? `a lockfile of a format that is not read (${known.of})` : 'not the name of a lockfile';
}
