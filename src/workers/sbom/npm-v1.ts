import { fromIntegrity } from './hashes.js';
import type { Listing, Scope } from './listing.js';
import { asMap, isTrue, type LocatedMap, mapAt, textAt } from './located.js';
import { isGitLocation, vcsSource } from './vcs.js';

/** A level of nesting: its packages, their places by name, and the level around it. */
interface Level {
  names: LocatedMap;
  place: string;
  outer: Level | undefined;
}

const ALIAS = /^npm:(.+)@([^@]+)$/;

/** `dependencies` of lockfileVersion 1: each entry holds those that are installed inside its own folder. */
export function listNested(parent: LocatedMap, listing: Listing, place = '', outer?: Level): void {
  const level: Level = { names: mapAt(parent, 'dependencies'), place, outer };
  for (const [name, node] of level.names) {
    const entry = asMap(node, 'a package');
    const here = `${place}/${name}`;
    const inner: Level = { names: mapAt(entry, 'dependencies'), place: here, outer: level };
    // `requires: true` stands at the root only; in entries it is a table.
    const required = entry.get('requires')?.value instanceof Map ? [...mapAt(entry, 'requires').keys()] : [];
    addNested(name, entry, { line: node.line, here, needs: required.flatMap((need) => find(need, inner)) }, listing);
    listNested(entry, listing, here, level);
  }
}

function find(name: string, from: Level): string[] {
  for (let level: Level | undefined = from; level; level = level.outer) {
    if (level.names.has(name)) return [`${level.place}/${name}`];
  }
  return [];
}

interface Placed {
  line: number;
  here: string;
  needs: string[];
}

/** `version` is a version, an alias, a git or archive location, or `file:` for what is the project's own. */
function addNested(name: string, entry: LocatedMap, { line, here, needs }: Placed, listing: Listing): void {
  const version = textAt(entry, 'version');
  if (version?.startsWith('file:')) return;
  const stated = {
    type: 'npm' as const,
    line,
    scope: npmScope(entry),
    hashes: fromIntegrity(textAt(entry, 'integrity')),
    keys: [here],
    needs,
  };
  const [, aliased, aliasedVersion] = ALIAS.exec(version ?? '') ?? [];
  const source = version !== undefined && isGitLocation(version) ? vcsSource(version) : undefined;
  if (aliased !== undefined) listing.addIfPinned({ ...stated, name: aliased, version: aliasedVersion });
  else if (source) listing.add({ ...stated, name, version: source.commit, qualifiers: { vcs_url: source.url } });
  else listing.addIfPinned({ ...stated, name, version: version?.includes(':') ? undefined : version });
}

/** `devOptional` is needed by development or by an optional package: it can be in production, so it is optional. */
export function npmScope(entry: LocatedMap): Scope {
  if (isTrue(entry, 'dev')) return 'development';
  return isTrue(entry, 'optional') || isTrue(entry, 'devOptional') ? 'optional' : 'required';
}
