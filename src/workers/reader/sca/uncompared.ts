import type { Sink } from '../adapter.js';
import { casedKeys } from './cased-keys.js';
import { manySourced, ownPackages } from './own-packages.js';
import { isPipfileLock, missingFromPipfile } from './pipfile.js';
import { missingRequirements } from './requirements.js';

/** A package as osv-scanner lists it; the version is empty where it has none. */
export interface Listed {
  name: string;
  version: string;
  ecosystem: string;
  commit?: string | undefined;
}

/**
 * Records as unread a lockfile with packages that osv-scanner compared with nothing: it leaves out those without a version,
 * such as what a parent pom.xml would give one, and those with a commit that is no whole one, and says nothing at all of
 * requirements that are an address or a folder, nor of such packages of a Pipfile.lock. `listed` is by file, `included`
 * the files that include a file.
 */
export function tellUncompared(
  path: string,
  listed: ReadonlyMap<string, readonly Listed[]>,
  included: ReadonlyMap<string, readonly string[]>,
  sink: Sink,
): void {
  if (!sink.files.some(({ name }) => name === path)) return;
  tellAmbiguous(path, sink);
  const known = [path, ...(included.get(path) ?? [])].flatMap((file) => listed.get(file) ?? []);
  const names = known.map(({ name }) => name);
  tellUnpinned(path, uncomparedIn(path, listed.get(path) ?? [], names, sink), sink);
}

/** How many dependencies a lockfile asks for, and how many of them have no one version. */
export interface Uncompared {
  missing: number;
  asked: number;
}

/** Records a lockfile as unread when it has such dependencies. */
export function tellUnpinned(path: string, { missing, asked }: Uncompared, sink: Sink): void {
  if (missing === 0) return;
  const detail = `${missing} of ${asked} dependencies have no version that advisories could be compared with`;
  sink.unread({ path, reason: 'unpinned', detail });
}

/** `known` are the names under which packages of the file may stand. */
function uncomparedIn(path: string, listed: readonly Listed[], known: readonly string[], sink: Sink): Uncompared {
  if (path.endsWith('.txt')) return missingRequirements(sink.text(path), known);
  const packages = dependenciesOf(path, listed, sink);
  const silent = isPipfileLock(path) ? missingFromPipfile(path, sink.text(path), listed) : 0;
  return { missing: packages.filter(isUncompared).length + silent, asked: packages.length + silent };
}

/** Also what has a commit alone: packs are of ecosystems, and speak of no commits. */
const isUnversioned = ({ version }: Listed): boolean => version === '';

/** osv-scanner 2.5 (its annotator `filter`) passes over a package with a commit of fewer than 40 bytes, whatever its version is. */
const isUncompared = ({ name, version, commit = '' }: Listed): boolean =>
  name === '' || version === '' || (commit !== '' && commit.length < 40);

/** What the lockfile lists but the source itself. */
function dependenciesOf(path: string, packages: readonly Listed[], sink: Sink): readonly Listed[] {
  if (!packages.some(isUnversioned)) return packages;
  const own = ownPackages(path, sink.text(path));
  return packages.filter((entry) => !isUnversioned(entry) || !own.has(entry.name));
}

/** Records as unread a lockfile with entries that the installer and the tool take for different things: what it says is of another one. */
export function tellAmbiguous(path: string, sink: Sink): void {
  const text = sink.text(path);
  const count = (/(^|\/)uv\.lock$/.test(path) ? manySourced(text) : 0) + casedKeys(path, text);
  if (count === 0) return;
  const detail = `${count} entries that the installer reads in another way than the tool`;
  sink.unread({ path, reason: 'unsupported', detail });
}
