import { pythonName } from '../../../core/lib/python-name.js';
import { parseJson } from '../../sbom/json.js';
import { asMap, type LocatedMap, Malformed, textAt } from '../../sbom/located.js';
import { pinnedVersion, pipfilePackages } from '../../sbom/pipfile.js';
import { isInside } from './own-packages.js';

export const isPipfileLock = (path: string): boolean => /(^|\/)Pipfile\.lock$/.test(path);

/** A package as a tool lists it. */
interface Release {
  name: string;
  version: string;
}

/**
 * How many packages of a Pipfile.lock, in any category, a tool was silent about: addresses, files, ranges, other releases
 * of what it lists. Folders of the source itself do not count. A file that cannot be read here has one.
 */
export function missingFromPipfile(path: string, text: string, listed: readonly Release[]): number {
  const releases = new Set(listed.map(({ name, version }) => `${pythonName(name)} ${version}`));
  const isTold = (name: string, entry: LocatedMap): boolean =>
    releases.has(`${pythonName(name)} ${pinnedVersion(entry) ?? '*'}`);
  return countIn(text, ({ name, entry }) => !isOwn(path, entry) && !isTold(name, entry));
}

function isOwn(path: string, entry: LocatedMap): boolean {
  const place = textAt(entry, 'path');
  return place !== undefined && isInside(path, place);
}

/** How many packages stand in other categories than `default`, which is all that Syft 1.42 reads. */
export const besideDefault = (text: string): number => countIn(text, ({ category }) => category !== 'default');

/** A file that cannot be read here has one. */
function countIn(text: string, counts: (one: ReturnType<typeof pipfilePackages>[number]) => boolean): number {
  try {
    return pipfilePackages(asMap(parseJson(text), 'the document')).filter(counts).length;
  } catch (error) {
    if (error instanceof Malformed) return 1;
    throw error;
  }
}
