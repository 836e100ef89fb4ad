import { fromIntegrity } from './hashes.js';
import { parseJson } from './json.js';
import { Listing, type Scope } from './listing.js';
import { asMap, type Located, type LocatedMap, MAX_DEPTH, Malformed, mapAt, textAt, textOf } from './located.js';
import { plainJson } from './plain-json.js';
import { scopesFrom, strongest } from './scopes.js';
import { isGitLocation, vcsSource } from './vcs.js';

const VERSIONS: readonly unknown[] = [0, 1, 2];

const LOCAL = /^(?:workspace|root|file|link):|^\.{0,2}\//;

const GROUPS: readonly [string, Scope][] = [
  ['dependencies', 'required'],
  ['peerDependencies', 'required'],
  ['optionalDependencies', 'optional'],
  ['devDependencies', 'development'],
];

/** A package by its key: the names on the way to it, such as `a/@s/b` for the one that only `a` gets. */
interface Entry {
  line: number;
  name: string;
  /** A version, or where it is taken from. */
  resolution: string;
  integrity: string | undefined;
  needs: string[];
}

/**
 * bun.lock, lockfileVersion 0 to 2 (bun.sh/reference/bun/BunLockFile): JSON with comments and trailing commas. Scopes are those of the
 * workspaces' groups that a package is reached from. Of a GitHub repository it has the first digits of a commit alone: such
 * packages are gaps.
 */
export function readBun(text: string): Listing {
  const root = asMap(parseJson(plainJson(text)), 'the document');
  if (!VERSIONS.includes(root.get('lockfileVersion')?.value)) {
    throw new Malformed('not a lockfile version that is known');
  }
  const packages = mapAt(root, 'packages');
  const entries = new Map([...packages].map(([key, node]) => [key, entryOf(key, node, packages)]));
  const workspaces = [...mapAt(root, 'workspaces')].flatMap(([path, node]) => rootNeeds(path, node, packages));
  const scopes = scopesFrom(workspaces, (key) => entries.get(key)?.needs ?? []);
  const listing = new Listing();
  for (const [key, entry] of entries) {
    if (!LOCAL.test(entry.resolution)) addEntry(key, entry, strongest([scopes.get(key)]), listing);
  }
  return listing;
}

function addEntry(
  key: string,
  { line, name, resolution, integrity, needs }: Entry,
  scope: Scope,
  listing: Listing,
): void {
  const source = isGitLocation(resolution) ? vcsSource(resolution) : undefined;
  listing.addIfPinned({
    type: 'npm',
    name,
    version: /^\d/.test(resolution) ? resolution : source?.commit,
    ...(source && { qualifiers: { vcs_url: source.url } }),
    line,
    scope,
    hashes: fromIntegrity(integrity),
    keys: [key],
    needs,
  });
}

/** `["name@version", registry, { dependencies… }, integrity]`; those from elsewhere have no registry and no integrity. */
function entryOf(key: string, node: Located, all: LocatedMap): Entry {
  if (!Array.isArray(node.value)) throw new Malformed('a package is not a list');
  const stated = textOf(node.value[0]) ?? '';
  const at = stated.indexOf('@', 1);
  if (at < 0) throw new Malformed('a package without a name and version');
  const info = node.value.find(({ value }) => value instanceof Map);
  const wanted = GROUPS.flatMap(([group]) => (info ? [...mapAt(asMap(info, 'a package'), group).keys()] : []));
  return {
    line: node.line,
    name: stated.slice(0, at),
    resolution: stated.slice(at + 1),
    integrity: textOf(node.value[3]),
    needs: resolved(key, wanted, all),
  };
}

function rootNeeds(path: string, node: Located, all: LocatedMap): { key: string; scope: Scope }[] {
  const workspace = asMap(node, 'a workspace');
  const from = path === '' ? '' : (textAt(workspace, 'name') ?? '');
  return GROUPS.flatMap(([group, scope]) =>
    resolved(from, [...mapAt(workspace, group).keys()], all).map((key) => ({ key, scope })),
  );
}

/** Keys of what a package gets for the names that it wants: the nearest on the way to it. Names that nothing has are left out. */
function resolved(from: string, wanted: readonly string[], all: LocatedMap): string[] {
  const way = from.match(/@[^/]+\/[^/]+|[^/]+/g) ?? [];
  if (way.length > MAX_DEPTH) throw new Malformed('nested too deeply');
  const places = ['', ...way.map((_, index) => `${way.slice(0, index + 1).join('/')}/`)].reverse();
  return wanted.flatMap((name) => places.map((place) => `${place}${name}`).find((key) => all.has(key)) ?? []);
}
