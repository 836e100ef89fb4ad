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
  for (const category of root.keys()) {
    if (category === '_meta') continue;
    const scope = scopeOf(category);
    for (const [name, node] of mapAt(root, category)) {
      addEntry(name, node.line, asMap(node, 'a package'), scope, listing);
    }
  }
  return listing;
}

function scopeOf(category: string): Scope {
  if (category === 'default') return 'required';
  return category === 'develop' ? 'development' : 'optional';
}

function addEntry(name: string, line: number, entry: LocatedMap, scope: Scope, listing: Listing): void {
  if (entry.has('path') || entry.has('file')) return;
  const repository = textAt(entry, 'git');
  const source = repository === undefined ? undefined : vcsSource(repository, textAt(entry, 'ref'));
  const pinned = /^===?([^*]+)$/.exec(textAt(entry, 'version') ?? '')?.[1];
  listing.addIfPinned({
    type: 'pypi',
    name,
    version: source?.commit ?? pinned,
    ...(source && { qualifiers: { vcs_url: source.url } }),
    line,
    scope,
    hashes: fromOnlyFile(textsAt(entry, 'hashes')),
  });
}
