import { parseJson } from './json.js';
import { Listing } from './listing.js';
import { asMap, type LocatedMap, Malformed, mapAt, textAt } from './located.js';

/**
 * packages.lock.json, one table per target framework (learn.microsoft.com, NuGet lock file). Type `Project` is the
 * solution's own. `contentHash` is not of the archive once that is signed, so it is no component hash.
 */
export function readNugetLock(text: string): Listing {
  const root = asMap(parseJson(text), 'the document');
  if (!root.has('version') || !root.has('dependencies')) throw new Malformed('not a lockfile');
  const listing = new Listing();
  for (const [framework, node] of mapAt(root, 'dependencies')) {
    for (const [name, dependency] of asMap(node, 'a framework')) {
      addEntry(framework, name, dependency.line, asMap(dependency, 'a package'), listing);
    }
  }
  return listing;
}

function addEntry(framework: string, name: string, line: number, entry: LocatedMap, listing: Listing): void {
  if (textAt(entry, 'type') === 'Project') return;
  // Package ids are compared without case.
  const key = (id: string) => `${framework}/${id.toLowerCase()}`;
  listing.addIfPinned({
    type: 'nuget',
    name,
    version: textAt(entry, 'resolved'),
    line,
    keys: [key(name)],
    needs: [...mapAt(entry, 'dependencies').keys()].map(key),
  });
}
