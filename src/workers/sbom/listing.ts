import type { ComponentLine } from '../lib/protocol.js';
import { type PurlParts, packageUrl } from '../lib/purl.js';
import { Malformed } from './located.js';

export type Scope = ComponentLine['scope'];

/** A component line but for its path, which the reader does not know. */
export type Package = Omit<ComponentLine, 'type' | 'path'>;

/** A package as the lockfile states it. */
export interface Stated extends PurlParts {
  line: number;
  scope?: Scope;
  hashes?: Record<string, string>;
  licenses?: readonly string[];
  /** Names under which other entries of this file refer to this one. */
  keys?: readonly string[];
  /** Keys of the entries that this one depends on. Unknown ones (workspaces, links) are no components. */
  needs?: readonly string[];
}

/** Dependencies in one file. The largest lockfiles have some tens of thousands; ambiguous names can multiply them. */
const MAX_EDGES = 1_000_000;

/** What an entry lacked to be a component: always reported, with its count. */
export type Gap = CountedGap | 'without an exact version' | 'naming another file, which was not read';
type CountedGap = 'with a name or version that cannot be' | 'that cannot be read';

/** What one lockfile lists. Entries that are no packages of a registry or repository (root, workspace, link, file) are left out. */
export class Listing {
  readonly #packages: { found: Package; needs: readonly string[] }[] = [];
  readonly #keys = new Map<string, string[]>();
  readonly gaps = new Map<CountedGap, number>();
  /** Names of packages that the file wants without saying which version. */
  readonly unpinned: string[] = [];
  /** Repository paths of files that this one includes. */
  readonly includes: string[] = [];
  /** False when this file is known to list only a part of what is used. */
  complete = true;

  add(stated: Stated): void {
    const purl = packageUrl(stated);
    if (purl === undefined) {
      this.gap('with a name or version that cannot be');
      return;
    }
    for (const key of stated.keys ?? []) pushTo(this.#keys, key, purl);
    const { name, version, line, scope = 'required', hashes = {}, licenses = [], needs = [] } = stated;
    const found: Package = { purl, name, version, line, scope, hashes, licenses: [...licenses], dependsOn: [] };
    this.#packages.push({ found, needs });
  }

  /** As `add`, for a version that may be missing. */
  addIfPinned(stated: Omit<Stated, 'version'> & { version: string | undefined }): void {
    if (stated.version === undefined || stated.version === '') this.unpinned.push(stated.name);
    else this.add({ ...stated, version: stated.version });
  }

  gap(gap: CountedGap): void {
    this.gaps.set(gap, (this.gaps.get(gap) ?? 0) + 1);
  }

  /**
   * The packages in the lockfile's order, dependencies resolved, sorted and unique. Throws `Malformed` when they are
   * more than a lockfile can mean.
   */
  packages(): Package[] {
    let edges = 0;
    return this.#packages.map(({ found, needs }) => {
      const purls = new Set<string>();
      for (const key of needs) {
        const meant = this.#keys.get(key) ?? [];
        edges += meant.length;
        if (edges > MAX_EDGES) throw new Malformed('too many dependencies');
        for (const purl of meant) purls.add(purl);
      }
      return { ...found, dependsOn: [...purls].sort() };
    });
  }
}

/** Appends to the list under a key. */
export function pushTo<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
