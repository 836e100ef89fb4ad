import { fromHex } from './hashes.js';
import { Listing } from './listing.js';
import { type LocatedMap, mapAt, textAt, textsAt } from './located.js';
import { parseTomlLock } from './toml.js';
import { vcsSource } from './vcs.js';

/** Cargo.lock, version 1 to 4. Packages without a source are the workspace's own. Scopes are not in the file. */
export function readCargo(text: string): Listing {
  const { root, packages } = parseTomlLock(text);
  const listing = new Listing();
  for (const { line, entry } of packages) {
    const source = textAt(entry, 'source');
    if (source !== undefined) addEntry(line, entry, source, mapAt(root, 'metadata'), listing);
  }
  return listing;
}

function addEntry(line: number, entry: LocatedMap, source: string, metadata: LocatedMap, listing: Listing): void {
  const name = textAt(entry, 'name') ?? '';
  const version = textAt(entry, 'version');
  const git = source.startsWith('git+') ? vcsSource(source) : undefined;
  const full = `${name} ${version ?? ''} (${source})`;
  listing.addIfPinned({
    type: 'cargo',
    name,
    version,
    ...(git && { qualifiers: { vcs_url: git.url } }),
    line,
    // Version 1 keeps the checksums apart.
    hashes: fromHex('sha256', textAt(entry, 'checksum') ?? textAt(metadata, `checksum ${full}`)),
    // A dependency is named as briefly as is clear: name, name and version, or all three.
    keys: [name, `${name} ${version ?? ''}`, full],
    needs: textsAt(entry, 'dependencies'),
  });
}
