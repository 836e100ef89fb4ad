import { fromOnlyFile } from './hashes.js';
import { parseJson } from './json.js';
import { Listing, type Scope } from './listing.js';
import { asMap, type LocatedMap, Malformed, mapAt, textAt, textsAt } from './located.js';
import { vcsSource } from './vcs.js';

/** Pipfile.lock: `default`, `develop` and named categories, each a table of packages (pipenv.pypa.io). */
export function readPipfile(text: string): Listing {
  const root = asMap(parseJson(text), 'the document');
  if (!root.has('_meta')) throw new Malformed('not a lockfile');
  const listing = new Listing();
  for (const { category, name, line, entry } of pipfilePackages(root))
    addEntry(name, line, entry, scopeOf(category), listing);
  return listing;
}

/** The packages of all categories of the document. Throws `Malformed`. */
export const pipfilePackages = (root: LocatedMap) =>
  [...root.keys()]
    .filter((category) => category !== '_meta')
    .flatMap((category) =>
      [...mapAt(root, category)].map(([name, node]) => ({
        category,
        name,
        line: node.line,
        entry: asMap(node, 'a package'),
      })),
    );

/** The one release that an entry names, if it names one. */
export const pinnedVersion = (entry: LocatedMap): string | undefined =>
  /^===?([^*]+)$/.exec(textAt(entry, 'version') ?? '')?.[1];

function scopeOf(category: string): Scope {
  if (category === 'default') return 'required';
  return category === 'develop' ? 'development' : 'optional';
}

function addEntry(name: string, line: number, entry: LocatedMap, scope: Scope, listing: Listing): void {
  if (entry.has('path') || entry.has('file')) return;
  const repository = textAt(entry, 'git');
  const source = repository === undefined ? undefined : vcsSource(repository, textAt(entry, 'ref'));
  listing.addIfPinned({
    type: 'pypi',
    name,
    version: source?.commit ?? pinnedVersion(entry),
    ...(source && { qualifiers: { vcs_url: source.url } }),
    line,
    scope,
    hashes: fromOnlyFile(textsAt(entry, 'hashes')),
  });
}
