// The lock that the Dagger module's container is installed from: what `package-lock.json` says of this package's run-time
// dependencies and of the SDK. `node build.js --lock` writes it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const SDK = '@dagger.io/dagger';
const IN = 'node_modules/';
/** What npm keeps of a package.json in a lock. */
const KEPT = ['version', 'license', 'dependencies', 'bin', 'engines', 'peerDependencies', 'peerDependenciesMeta'];

/**
 * The text of `dagger/package/package-lock.json` (npm's lockfile version 3). Each package has its integrity but this one
 * itself: its digest is not known before it is published.
 */
export function moduleLock(root) {
  const json = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
  const { name, dependencies } = json('dagger/package/package.json');
  const own = json('package.json');
  const { packages } = json('package-lock.json');
  const places = closure(packages, [SDK, ...Object.keys(own.dependencies)]);
  const self = Object.fromEntries(KEPT.map((key) => [key, own[key]]));
  const locked = Object.fromEntries([...places].sort().map((place) => [place, installed(place, packages[place])]));
  const all = { '': { name, dependencies }, [IN + own.name]: self, ...locked };
  return `${JSON.stringify({ name, lockfileVersion: 3, requires: true, packages: all }, null, 2)}\n`;
}

/** Where the packages of these names lie and all that they need, by Node's way of looking them up. */
function closure(packages, names) {
  const found = new Set();
  const open = names.map((name) => placeOf(packages, '', name));
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (found.has(place)) continue;
    found.add(place);
    for (const name of needsOf(packages[place])) open.push(placeOf(packages, place, name));
  }
  return found;
}

function needsOf({ dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {}, optionalDependencies = {} }) {
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  return [...Object.keys(dependencies), ...peers, ...Object.keys(optionalDependencies)];
}

function placeOf(packages, from, name) {
  const place = from === '' ? IN + name : `${from}/${IN}${name}`;
  if (packages[place] !== undefined) return place;
  if (from === '') throw new Error(`package-lock.json has no ${name}`);
  return placeOf(packages, from.slice(0, Math.max(0, from.lastIndexOf(`/${IN}`))), name);
}

/** An entry without what it is to this repository. What is optional here or there would have to be worked out anew. */
function installed(place, { dev, peer, devOptional, optional, ...entry }) {
  if (devOptional || optional) throw new Error(`${place} is optional: say here what the module needs of it`);
  if (entry.integrity === undefined) throw new Error(`${place} has no integrity`);
  return entry;
}
