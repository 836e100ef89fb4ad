import { parseJson } from '../sbom/json.js';
import { asMap, isTrue, type Located, type LocatedMap, mapAt, textAt, textOf } from '../sbom/located.js';
import { installedName, readNpm } from '../sbom/npm.js';
import { type Declaration, type Declarations, nameAndVersion, onlyOwn } from './declaration.js';
import { listedIn } from './listed.js';

const GROUPS = ['dependencies', 'optionalDependencies', 'devDependencies', 'peerDependencies'];

/**
 * package-lock.json and npm-shrinkwrap.json. From version 2 on an entry repeats the licence of the package's own
 * manifest; one without may have come over from an older lockfile, which says nothing of the package.
 */
export function readNpmLock(text: string): Declarations {
  const root = asMap(parseJson(text), 'the document');
  const listing = readNpm(text);
  if (!root.has('packages')) return { dependencies: [], silent: listedIn(listing) };
  const installed = [...mapAt(root, 'packages')].flatMap(([place, node]) => {
    const entry = asMap(node, 'a package');
    return isLocked(place, entry) ? [declared(installedName(place, entry), entry, node.line)] : [];
  });
  const dependencies = installed.filter(({ stated }) => stated.length > 0);
  return { dependencies, silent: installed.length - dependencies.length };
}

/** package.json (docs.npmjs.com, package.json, license). One without a name only configures a folder. */
export function readPackageJson(text: string): Declarations {
  const root = asMap(parseJson(text), 'the document');
  const silent = GROUPS.reduce((sum, group) => sum + mapAt(root, group).size, 0);
  const name = textAt(root, 'name');
  if (name === undefined && !root.has('license') && !root.has('licenses')) return { dependencies: [], silent };
  return { ...onlyOwn(declared(name, root, root.get('name')?.line ?? 1)), silent };
}

function declared(name: string | undefined, entry: LocatedMap, line: number): Declaration {
  const license = entry.get('license') ?? entry.get('licenses');
  const stated = license === undefined ? [] : textsIn(license);
  return { package: nameAndVersion(name, textAt(entry, 'version')), stated, line, endLine: license?.line };
}

/** A text; before npm 3 also `{ type, url }`, and a list of them to choose from. */
function textsIn(license: Located): string[] {
  if (Array.isArray(license.value)) return license.value.flatMap(textsIn);
  const text = license.value instanceof Map ? textAt(license.value, 'type') : textOf(license);
  return text === undefined || text.trim() === '' ? [] : [text];
}

/** A local archive is somebody's package too; a link is the project's own. */
const isLocked = (place: string, entry: LocatedMap): boolean =>
  /(?:^|\/)node_modules\//.test(place) && !isTrue(entry, 'link');
