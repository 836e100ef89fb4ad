import { pythonName } from '../../core/lib/python-name.js';
import { Listing, type Scope } from './listing.js';
import { type LocatedMap, textAt, textsAt } from './located.js';
import { onlyHash, requiredName, vcsQualifiers } from './python.js';
import { parseTomlLock } from './toml.js';

/** pdm.lock, lock_version 4.x (pdm-project.org). A package with extras has an entry of its own for them. */
export function readPdm(text: string): Listing {
  const listing = new Listing();
  for (const { line, entry } of parseTomlLock(text).packages) {
    if (entry.has('path')) continue;
    const name = textAt(entry, 'name') ?? '';
    listing.addIfPinned({
      type: 'pypi',
      name,
      version: textAt(entry, 'version'),
      ...vcsQualifiers(textAt(entry, 'git'), textAt(entry, 'revision')),
      line,
      scope: scopeOf(entry),
      hashes: onlyHash(entry, 'files'),
      keys: [pythonName(name)],
      // An entry for extras depends on the package's own entry.
      needs: textsAt(entry, 'dependencies')
        .map(requiredName)
        .filter((needed) => needed !== pythonName(name)),
    });
  }
  return listing;
}

/** `default` and `dev` are pdm's own groups; any other is an extra or a group that the lockfile does not tell apart. */
function scopeOf(entry: LocatedMap): Scope {
  const groups = entry.has('groups') ? textsAt(entry, 'groups') : ['default'];
  if (groups.includes('default')) return 'required';
  return groups.every((group) => group === 'dev') ? 'development' : 'optional';
}
