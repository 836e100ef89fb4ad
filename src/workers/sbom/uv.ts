import { fromOnlyFile } from './hashes.js';
import { Listing, pushTo, type Scope } from './listing.js';
import { asMap, type Located, type LocatedMap, listAt, mapAt, textAt } from './located.js';
import { fileHashes, vcsQualifiers } from './python.js';
import { scopesFrom, strongest } from './scopes.js';
import { parseTomlLock } from './toml.js';

/** The project itself, its workspace members, and folders and archives beside them. */
const LOCAL_SOURCES = ['editable', 'virtual', 'directory', 'path'];

/** uv.lock, version 1 (docs.astral.sh/uv). Scopes are those of the extras and groups that a package is reached from. */
export function readUv(text: string): Listing {
  const { root, packages } = parseTomlLock(text);
  const byKey = new Map<string, LocatedMap[]>();
  for (const { entry } of packages) {
    for (const key of keysOf(entry)) pushTo(byKey, key, entry);
  }
  const projects = packages.filter(({ entry }) => isLocal(entry)).flatMap(({ entry }) => rootNeeds(entry));
  const roots = [...projects, ...manifestNeeds(mapAt(root, 'manifest'))];
  const scopes = scopesFrom(roots, (key) => byKey.get(key)?.flatMap(inside) ?? []);
  const listing = new Listing();
  for (const { line, entry } of packages) {
    if (!isLocal(entry)) addEntry(line, entry, scopes, listing);
  }
  return listing;
}

function addEntry(line: number, entry: LocatedMap, scopes: ReadonlyMap<string, Scope>, listing: Listing): void {
  const keys = keysOf(entry);
  const git = textAt(mapAt(entry, 'source'), 'git');
  listing.addIfPinned({
    type: 'pypi',
    name: textAt(entry, 'name') ?? '',
    version: textAt(entry, 'version'),
    ...vcsQualifiers(git, undefined),
    line,
    scope: strongest(keys.map((key) => scopes.get(key))),
    hashes: fromOnlyFile([...fileHashes(entry, 'wheels'), textAt(mapAt(entry, 'sdist'), 'hash') ?? []].flat()),
    keys,
    needs: inside(entry),
  });
}

/** A dependency names the version only where the lockfile has several. */
function keysOf(entry: LocatedMap): string[] {
  const name = textAt(entry, 'name') ?? '';
  return [name, `${name}@${textAt(entry, 'version') ?? ''}`];
}

function keyOf(dependency: Located): string {
  const entry = asMap(dependency, 'a dependency');
  const name = textAt(entry, 'name') ?? '';
  const version = textAt(entry, 'version');
  return version === undefined ? name : `${name}@${version}`;
}

const isLocal = (entry: LocatedMap): boolean => LOCAL_SOURCES.some((kind) => mapAt(entry, 'source').has(kind));

const under = (entry: LocatedMap, table: string): string[] =>
  [...mapAt(entry, table).keys()].flatMap((key) => listAt(mapAt(entry, table), key).map(keyOf));

/** Dependencies and those of extras: an extra's packages are locked only when someone wants the extra. */
const inside = (entry: LocatedMap): string[] => [
  ...listAt(entry, 'dependencies').map(keyOf),
  ...under(entry, 'optional-dependencies'),
];

interface Root {
  key: string;
  scope: Scope;
}

const as = (scope: Scope) => (key: string) => ({ key, scope });

/** What stands in no package: the requirements of a script, and the groups of a workspace that is no package itself. */
const manifestNeeds = (manifest: LocatedMap): Root[] => [
  ...listAt(manifest, 'requirements').map(keyOf).map(as('required')),
  ...under(manifest, 'dependency-groups').map(as('development')),
];

function rootNeeds(entry: LocatedMap): Root[] {
  return [
    ...listAt(entry, 'dependencies').map(keyOf).map(as('required')),
    ...under(entry, 'optional-dependencies').map(as('optional')),
    ...under(entry, 'dev-dependencies').map(as('development')),
  ];
}
