import { parseJson } from '../../sbom/json.js';
import { asMap, type LocatedMap, Malformed, mapAt, textAt } from '../../sbom/located.js';
import { isInside } from './own-packages.js';
import { comparable } from './requirements.js';

/**
 * How many packages of a Pipfile.lock, in any category, a tool was silent about: addresses, files, ranges. Folders of the
 * source itself do not count. A file that cannot be read here has one.
 */
export function missingFromPipfile(path: string, text: string, listed: readonly string[]): number {
  const names = new Set(listed.map(comparable));
  try {
    return packagesOf(text).filter(([name, entry]) => !isOwn(path, entry) && !(isPinned(entry) && names.has(name)))
      .length;
  } catch (error) {
    if (error instanceof Malformed) return 1;
    throw error;
  }
}

function packagesOf(text: string): [name: string, entry: LocatedMap][] {
  const root = asMap(parseJson(text), 'the document');
  const categories = [...root.keys()].filter((category) => category !== '_meta');
  return categories.flatMap((category) =>
    [...mapAt(root, category)].map(([name, node]): [string, LocatedMap] => [
      comparable(name),
      asMap(node, 'a package'),
    ]),
  );
}

const isPinned = (entry: LocatedMap): boolean => /^===?[^*]+$/.test(textAt(entry, 'version') ?? '');

function isOwn(path: string, entry: LocatedMap): boolean {
  const place = textAt(entry, 'path');
  return place !== undefined && isInside(path, place);
}
