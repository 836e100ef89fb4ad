import { pythonName } from '../../core/lib/python-name.js';
import { fromOnlyFile } from './hashes.js';
import { Listing, type Scope } from './listing.js';
import { isTrue, type LocatedMap, mapAt, textAt, textsAt } from './located.js';
import { fileHashes, onlyHash, vcsQualifiers } from './python.js';
import { parseTomlLock } from './toml.js';

/** poetry.lock, lock-version 1.x and 2.x (python-poetry.org). Packages of a folder or file are the project's own. */
export function readPoetry(text: string): Listing {
  const { root, packages } = parseTomlLock(text);
  // Before version 2 the hashes stand apart, under the name.
  const apart = mapAt(mapAt(root, 'metadata'), 'files');
  const listing = new Listing();
  for (const { line, entry } of packages) {
    const name = textAt(entry, 'name') ?? '';
    const source = mapAt(entry, 'source');
    const kind = textAt(source, 'type');
    if (kind === 'directory' || kind === 'file') continue;
    listing.addIfPinned({
      type: 'pypi',
      name,
      version: textAt(entry, 'version'),
      ...(kind === 'git' && vcsQualifiers(textAt(source, 'url'), textAt(source, 'resolved_reference'))),
      line,
      scope: scopeOf(entry),
      hashes: apart.has(name) ? fromOnlyFile(fileHashes(apart, name)) : onlyHash(entry, 'files'),
      keys: [pythonName(name)],
      needs: [...mapAt(entry, 'dependencies').keys()].map(pythonName),
    });
  }
  return listing;
}

/** `groups` since 2.1, `category` before 1.5; in between the lockfile does not tell. */
function scopeOf(entry: LocatedMap): Scope {
  const groups = entry.has('groups') ? textsAt(entry, 'groups') : [textAt(entry, 'category') ?? 'main'];
  if (!groups.includes('main')) return 'development';
  return isTrue(entry, 'optional') ? 'optional' : 'required';
}
