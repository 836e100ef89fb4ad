import { fromHex } from './hashes.js';
import { parseJson } from './json.js';
import { Listing, type Scope } from './listing.js';
import { asMap, type LocatedMap, listAt, Malformed, mapAt, textAt, textsAt } from './located.js';

const LISTS: readonly [string, Scope][] = [
  ['packages', 'required'],
  ['packages-dev', 'development'],
];

/** composer.lock (getcomposer.org). Packages of kind `path` are the project's own. */
export function readComposer(text: string): Listing {
  const root = asMap(parseJson(text), 'the document');
  if (!root.has('packages')) throw new Malformed('not a lockfile');
  const listing = new Listing();
  for (const [key, scope] of LISTS) {
    for (const node of listAt(root, key)) addEntry(node.line, asMap(node, 'a package'), scope, listing);
  }
  return listing;
}

function addEntry(line: number, entry: LocatedMap, scope: Scope, listing: Listing): void {
  const dist = mapAt(entry, 'dist');
  if (textAt(dist, 'type') === 'path') return;
  const name = textAt(entry, 'name') ?? '';
  const licenses = textsAt(entry, 'license').filter((license) => license !== '');
  listing.addIfPinned({
    type: 'composer',
    name,
    version: textAt(entry, 'version'),
    line,
    scope,
    hashes: fromHex('sha1', textAt(dist, 'shasum')),
    // Several stand for a choice between them (getcomposer.org, schema, license).
    licenses: licenses.length > 1 ? [`(${licenses.join(' OR ')})`] : licenses,
    keys: [name.toLowerCase()],
    needs: [...mapAt(entry, 'require').keys()].map((required) => required.toLowerCase()),
  });
}
