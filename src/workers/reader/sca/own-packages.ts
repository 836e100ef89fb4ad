import { posix } from 'node:path';
import { parseJson } from '../../sbom/json.js';
import { asMap, isTrue, type LocatedMap, Malformed, mapAt, textAt } from '../../sbom/located.js';
import { parseTomlLock } from '../../sbom/toml.js';

/** A package that a lockfile states without a version: whether its code is a folder of the source itself. */
interface Unversioned {
  name: string;
  own: boolean;
}

/**
 * The names that a lockfile gives to folders of the source itself: the project, its workspace members, folders beside them. Such
 * a package has no version that advisories could speak of, and its own dependencies stand in the lockfile. A name that also
 * stands for anything else is not among them; neither is any name of a lockfile that cannot be read here.
 */
export function ownPackages(path: string, text: string): Set<string> {
  const all = unversionedIn(path, text);
  const others = new Set(all.flatMap(({ name, own }) => (own ? [] : name)));
  return new Set(all.flatMap(({ name, own }) => (own && !others.has(name) ? name : [])));
}

function unversionedIn(path: string, text: string): Unversioned[] {
  const inside = (place: string | undefined): boolean => place !== undefined && isInside(path, place);
  try {
    if (/(^|\/)uv\.lock$/.test(path)) return ofUv(text, inside);
    if (/(^|\/)(package-lock|npm-shrinkwrap)\.json$/.test(path)) return ofNpm(text, inside);
    return /(^|\/)go\.mod$/.test(path) ? ofGo(text, inside) : [];
  } catch (error) {
    if (error instanceof Malformed) return [];
    throw error;
  }
}

type Inside = (place: string | undefined) => boolean;

/** Whether a place that a lockfile states is in the source; `path` is the lockfile's. */
export function isInside(path: string, place: string): boolean {
  const resolved = posix.join(posix.dirname(path), place);
  return !posix.isAbsolute(place) && resolved !== '..' && !resolved.startsWith('../');
}

/** Sources that are folders (docs.astral.sh/uv, resolution: a package with a dynamic version is locked without one). */
const FOLDERS = ['editable', 'virtual', 'directory'];

const ofUv = (text: string, inside: Inside): Unversioned[] =>
  parseTomlLock(text).packages.flatMap(({ entry }) => {
    const source = mapAt(entry, 'source');
    // Of several sources uv takes an archive before a folder (0.13).
    const places = source.size === 1 ? FOLDERS.map((kind) => textAt(source, kind)) : [];
    return unversioned(entry, textAt(entry, 'name') ?? '', places.some(inside));
  });

const SOURCES = ['registry', 'git', 'url', 'path', ...FOLDERS];

/** How many packages of a uv.lock have several sources: osv-scanner leaves out what is also `virtual`, which uv installs. */
export function manySourced(text: string): number {
  try {
    const sources = parseTomlLock(text).packages.map(({ entry }) => mapAt(entry, 'source'));
    return sources.filter((source) => SOURCES.filter((kind) => source.has(kind)).length > 1).length;
  } catch (error) {
    if (error instanceof Malformed) return 1;
    throw error;
  }
}

const MODULES = /(^|\/)node_modules\//;

/** `packages` of lockfileVersion 2 and 3: workspaces and `file:` folders stand at their own place, and as links to it. */
const ofNpm = (text: string, inside: Inside): Unversioned[] =>
  [...mapAt(asMap(parseJson(text), 'the document'), 'packages')].flatMap(([key, node]) => {
    const entry = asMap(node, 'a package');
    const link = isTrue(entry, 'link') && inside(textAt(entry, 'resolved'));
    return unversioned(entry, textAt(entry, 'name') ?? lastName(key), link || (!MODULES.test(key) && inside(key)));
  });

/** npm packages are named by the last part of their place, with its scope. */
const lastName = (key: string): string => /(?:^|\/)((?:@[^/]+\/)?[^/]+)$/.exec(key)?.[1] ?? '';

const REPLACED = /^\s*(?:replace\s+)?(\S+)(?:\s+v\S+)?\s+=>\s*(\.\.?(?:\/[^\s"`]*)?)/;

/**
 * The right side of a `replace` that is a folder takes the place of the module's name (go.dev/ref/mod, go.mod replace). Own are
 * modules beside this one: a foreign one that was copied into the source is a dependency still.
 */
function ofGo(text: string, inside: Inside): Unversioned[] {
  const family = posix.dirname(/^\s*module\s+"?([^\s"]+)/m.exec(text)?.[1] ?? '');
  return text.split('\n').flatMap((line) => {
    const [, replaced = '', name] = REPLACED.exec(line) ?? [];
    return name === undefined ? [] : { name, own: inside(name) && replaced.startsWith(`${family}/`) };
  });
}

const unversioned = (entry: LocatedMap, name: string, own: boolean): Unversioned[] =>
  (textAt(entry, 'version') ?? '') === '' ? [{ name, own }] : [];
