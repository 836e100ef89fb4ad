import { fromIntegrity } from './hashes.js';
import { Listing, pushTo, type Scope } from './listing.js';
import { asMap, isTrue, type LocatedMap, Malformed, mapAt, textAt, textOf } from './located.js';
import { scopesFrom, strongest } from './scopes.js';
import { vcsSource } from './vcs.js';
import { parseYaml } from './yaml.js';

function parted(match: RegExpExecArray | null): { name: string; version: string } | undefined {
  const [, name, version] = match ?? [];
  return name !== undefined && version !== undefined ? { name, version } : undefined;
}

/** How the versions of the format write the key of a package. */
interface Dialect {
  /** Name and version of a key; `undefined` for a repository or archive, whose entry names them itself. */
  split(key: string): { name: string; version: string } | undefined;
  /** Key of a dependency, from its name and the reference beside it. */
  keyOf(name: string, reference: string): string;
}

/** `/name/1.0.0_peer@2.0.0`, and with the registry's host in front when it is not the usual one. */
const V5: Dialect = {
  split: (key) => parted(/^[^/]*\/((?:@[^/]+\/)?[^/@]+)\/(\d[^/_]*)(?:_.*)?$/.exec(key)),
  keyOf: (name, reference) => (/^\d/.test(reference) ? `/${name}/${reference}` : reference),
};

/** `/name@1.0.0(peer@2.0.0)`. */
const V6: Dialect = {
  split: (key) => parted(/^[^/@]*\/((?:@[^/]+\/)?[^/@()]+)@(\d[^/():]*)(?:\(.*)?$/.exec(key)),
  keyOf: (name, reference) => (/^\d/.test(reference) ? `/${name}@${reference}` : reference),
};

/** `name@1.0.0(peer@2.0.0)`. */
const V9: Dialect = {
  split: (key) => parted(/^((?:@[^/]+\/)?[^/@()]+)@(\d[^/():]*)(?:\(.*)?$/.exec(key)),
  keyOf: (name, reference) => (/^(?:@[^/]+\/)?[^/@()]+@/.test(reference) ? reference : `${name}@${reference}`),
};

const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ['5', V5],
  ['6', V6],
  ['9', V9],
]);

const GROUPS: readonly [string, Scope][] = [
  ['dependencies', 'required'],
  ['optionalDependencies', 'optional'],
  ['devDependencies', 'development'],
];

/** pnpm-lock.yaml, lockfileVersion 5.x, 6.x and 9.x (pnpm/spec, lockfile). */
export function readPnpm(text: string): Listing {
  const root = asMap(parseYaml(text), 'the document');
  const version = textAt(root, 'lockfileVersion')?.split('.')[0] ?? '';
  const dialect = DIALECTS.get(version);
  if (!dialect) throw new Malformed('not a lockfile version that is known');
  const listing = new Listing();
  const snapshots = version === '9' ? mapAt(root, 'snapshots') : undefined;
  const scopes = snapshots ? snapshotScopes(root, snapshots, dialect) : undefined;
  const variants = snapshots ? variantsByPackage(snapshots) : undefined;
  for (const [key, node] of mapAt(root, 'packages')) {
    const entry = asMap(node, 'a package');
    if (isLocal(key, entry)) continue;
    const keys = variants?.get(key) ?? [key];
    const needs = keys.flatMap((k) => needsOf(asMap(snapshots?.get(k) ?? node, 'a package'), dialect));
    const scope = scopes ? strongest(keys.map((k) => scopes.get(k))) : flaggedScope(entry);
    addPackage(key, node.line, entry, { dialect, keys, needs, scope }, listing);
  }
  return listing;
}

interface Placed {
  dialect: Dialect;
  keys: string[];
  needs: string[];
  scope: Scope;
}

function addPackage(key: string, line: number, entry: LocatedMap, placed: Placed, listing: Listing): void {
  const { dialect, keys, needs, scope } = placed;
  const resolution = mapAt(entry, 'resolution');
  const named = dialect.split(key) ?? {
    name: textAt(entry, 'name') ?? nameBefore(key),
    version: textAt(entry, 'version'),
  };
  const source = sourceOf(key, resolution);
  listing.addIfPinned({
    type: 'npm',
    ...named,
    version: named.version ?? source?.commit,
    ...(source && { qualifiers: { vcs_url: source.url } }),
    line,
    scope,
    hashes: fromIntegrity(textAt(resolution, 'integrity')),
    keys,
    needs,
  });
}

/** Version 9 writes `name@<location>`. */
const nameBefore = (key: string): string => key.slice(0, Math.max(key.indexOf('@', 1), 0));

function sourceOf(key: string, resolution: LocatedMap) {
  const repository = textAt(resolution, 'repo');
  if (repository !== undefined) return vcsSource(repository, textAt(resolution, 'commit'));
  const archive = /codeload\.github\.com\/([\w.-]+\/[\w.-]+)\/tar\.gz\/([0-9a-f]{40})$/;
  const [, path, commit] = archive.exec(textAt(resolution, 'tarball') ?? key) ?? [];
  return path === undefined ? undefined : vcsSource(`https://github.com/${path}`, commit);
}

/** Folders and archives of the project itself. */
function isLocal(key: string, entry: LocatedMap): boolean {
  const resolution = mapAt(entry, 'resolution');
  const archive = textAt(resolution, 'tarball');
  return (
    /^(?:file|link):|@(?:file|link):/.test(key) || resolution.has('directory') || archive?.startsWith('file:') === true
  );
}

function needsOf(entry: LocatedMap, dialect: Dialect): string[] {
  return ['dependencies', 'optionalDependencies'].flatMap((field) =>
    [...mapAt(entry, field)].flatMap(([name, node]) => dialect.keyOf(name, textOf(node) ?? '')),
  );
}

function flaggedScope(entry: LocatedMap): Scope {
  if (isTrue(entry, 'dev')) return 'development';
  return isTrue(entry, 'optional') ? 'optional' : 'required';
}

/** In version 9 a package is listed once, its snapshots once for each set of peers: `name@1.0.0(peer@2.0.0)`. */
function variantsByPackage(snapshots: LocatedMap): Map<string, string[]> {
  const variants = new Map<string, string[]>();
  for (const key of snapshots.keys()) {
    const paren = key.indexOf('(');
    const base = paren < 0 ? key : key.slice(0, paren);
    pushTo(variants, base, key);
  }
  return variants;
}

function snapshotScopes(root: LocatedMap, snapshots: LocatedMap, dialect: Dialect): ReadonlyMap<string, Scope> {
  const roots = [...mapAt(root, 'importers').values()].flatMap((importer) =>
    GROUPS.flatMap(([group, scope]) =>
      [...mapAt(asMap(importer, 'an importer'), group)].map(([name, node]) => {
        const reference = textAt(asMap(node, 'a dependency'), 'version') ?? '';
        return { key: dialect.keyOf(name, reference), scope };
      }),
    ),
  );
  return scopesFrom(roots, (key) => {
    const node = snapshots.get(key);
    return node ? needsOf(asMap(node, 'a package'), dialect) : [];
  });
}
