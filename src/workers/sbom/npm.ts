import { fromIntegrity } from './hashes.js';
import { parseJson } from './json.js';
import { Listing } from './listing.js';
import { asMap, isTrue, type Located, type LocatedMap, Malformed, mapAt, textAt, textOf } from './located.js';
import { listNested, npmScope } from './npm-v1.js';
import { isGitLocation, vcsSource } from './vcs.js';

const MODULES = 'node_modules/';
const DEPENDENCY_FIELDS = ['dependencies', 'optionalDependencies', 'peerDependencies'];

/**
 * package-lock.json and npm-shrinkwrap.json, lockfileVersion 1 to 3 (docs.npmjs.com, package-lock-json). Version 2
 * holds everything twice; `packages` is what npm 7 and later install from.
 */
export function readNpm(text: string): Listing {
  const root = asMap(parseJson(text), 'the document');
  const listing = new Listing();
  const version = root.get('lockfileVersion')?.value;
  if ((version === 2 || version === 3) && root.has('packages')) listInstalled(mapAt(root, 'packages'), listing);
  else if (version === 1 || (version === undefined && root.has('dependencies'))) listNested(root, listing);
  else throw new Malformed('not a lockfile version that is known');
  return listing;
}

function listInstalled(packages: LocatedMap, listing: Listing): void {
  for (const [place, node] of packages) {
    const entry = asMap(node, 'a package');
    if (isInstalled(place, entry)) addInstalled(place, node.line, entry, packages, listing);
  }
}

/** The root (''), workspaces (outside node_modules), links to them and local archives are the project's own. */
export function isInstalled(place: string, entry: LocatedMap): boolean {
  const local = textAt(entry, 'resolved')?.startsWith('file:') ?? false;
  return /(?:^|\/)node_modules\//.test(place) && !isTrue(entry, 'link') && !local;
}

/** `name` is there when the folder's name is an alias. */
export const installedName = (place: string, entry: LocatedMap): string =>
  textAt(entry, 'name') ?? place.slice(place.lastIndexOf(MODULES) + MODULES.length);

function addInstalled(place: string, line: number, entry: LocatedMap, all: LocatedMap, listing: Listing): void {
  const needed = DEPENDENCY_FIELDS.flatMap((field) => [...mapAt(entry, field).keys()]);
  const resolved = textAt(entry, 'resolved') ?? '';
  const source = isGitLocation(resolved) ? vcsSource(resolved) : undefined;
  listing.addIfPinned({
    type: 'npm',
    name: installedName(place, entry),
    version: textAt(entry, 'version'),
    ...(source && { qualifiers: { vcs_url: source.url } }),
    line,
    scope: npmScope(entry),
    hashes: fromIntegrity(textAt(entry, 'integrity')),
    licenses: licensesOf(entry.get('license')),
    keys: [place],
    needs: needed.flatMap((name) => resolvePlace(place, name, all) ?? []),
  });
}

function licensesOf(license: Located | undefined): string[] {
  const stated = license?.value instanceof Map ? license.value.get('type') : license;
  const text = textOf(stated);
  return text === undefined || text === '' ? [] : [text];
}

/** Node's module resolution: the nearest node_modules above that has the name. */
function resolvePlace(from: string, name: string, all: LocatedMap): string | undefined {
  for (let folder = from; ; folder = parentOf(folder)) {
    const place = folder === '' ? `${MODULES}${name}` : `${folder}/${MODULES}${name}`;
    if (all.has(place)) return place;
    if (folder === '') return undefined;
  }
}

function parentOf(place: string): string {
  const inModules = place.lastIndexOf(`/${MODULES}`);
  if (inModules >= 0) return place.slice(0, inModules);
  return place.startsWith(MODULES) ? '' : place.slice(0, Math.max(place.lastIndexOf('/'), 0));
}
