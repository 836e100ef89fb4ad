import { pythonName } from '../../../core/lib/python-name.js';
import { parseJson } from '../../sbom/json.js';
import { asMap, type LocatedMap, Malformed, textAt } from '../../sbom/located.js';
import { pinnedVersion, pipfilePackages } from '../../sbom/pipfile.js';
import { isInside } from './own-packages.js';

/**
 * How many packages of a Pipfile.lock, in any category, a tool was silent about: addresses, files, ranges. Folders of the
 * source itself do not count. A file that cannot be read here has one.
 */
export function missingFromPipfile(path: string, text: string, listed: readonly string[]): number {
  const names = new Set(listed.map(pythonName));
  const isTold = (name: string, entry: LocatedMap): boolean =>
    pinnedVersion(entry) !== undefined && names.has(pythonName(name));
  try {
    const packages = pipfilePackages(asMap(parseJson(text), 'the document'));
    return packages.filter(({ name, entry }) => !isOwn(path, entry) && !isTold(name, entry)).length;
  } catch (error) {
    if (error instanceof Malformed) return 1;
    throw error;
  }
}

function isOwn(path: string, entry: LocatedMap): boolean {
  const place = textAt(entry, 'path');
  return place !== undefined && isInside(path, place);
}
