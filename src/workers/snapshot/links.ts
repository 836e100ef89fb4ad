import { type RawPath, splitPath } from '../../core/source/names.js';
import type { Collection } from './collect.js';

/** As many links as Linux follows in one path (path_resolution(7)). */
const MAX_HOPS = 40;
/** PATH_MAX: a git object or an archive can hold a longer one, which no system follows. */
const MAX_TARGET = 4096;

type Judgement = { leadsTo: RawPath } | 'escape' | 'unscanned' | 'nothing';

/**
 * Tells of each link to which file or folder of the snapshot it leads, and notes those that lead out of the source or to
 * something in it that is not scanned. Links are followed on paper only. `exists` tells whether there is something at a
 * path that was not taken.
 */
export function judgeLinks(into: Collection, exists: (path: RawPath) => boolean): void {
  const found = into.taken.filter(({ target }) => target !== undefined);
  if (found.length === 0) return;
  const links = new Map(found.map(({ path, target = '' }) => [path, target]));
  const known = knownPaths(into);
  const end = (path: RawPath): Judgement =>
    known.has(path) ? { leadsTo: path } : exists(path) ? 'unscanned' : 'nothing';
  for (const link of found) {
    const { path } = link;
    const judgement = judge(path, links, end);
    if (judgement === 'escape') into.note(path, 'symlink-escape', 'a link that leads out of the source', 'escape');
    else if (judgement === 'unscanned')
      into.note(path, 'link-unscanned', 'a link to something in the source that is not scanned');
    else if (judgement !== 'nothing') link.leadsTo = judgement.leadsTo;
  }
}

/** Files that were taken and the folders they are in; a link is known by its target. */
function knownPaths(into: Collection): ReadonlySet<RawPath> {
  const files = into.taken.flatMap(({ path, target }) => (target === undefined ? [path] : []));
  const folders = into.taken.map(({ path }) => splitPath(path)[0]);
  return withFolders([...files, ...folders]);
}

/** The paths and every folder above them. */
export function withFolders(paths: Iterable<RawPath>): ReadonlySet<RawPath> {
  const all = new Set<RawPath>(['']);
  for (const path of paths) for (let at = path; !all.has(at); [at] = splitPath(at)) all.add(at);
  return all;
}

function judge(path: RawPath, links: ReadonlyMap<RawPath, RawPath>, end: (path: RawPath) => Judgement): Judgement {
  const place: RawPath[] = [];
  const rest = path.split('/').reverse();
  for (let hops = 0; rest.length > 0; ) {
    const name = rest.pop() ?? '';
    if (name === '..' && place.pop() === undefined) return 'escape';
    if (name === '' || name === '.' || name === '..') continue;
    if (name === '.git') return 'unscanned';
    const target = links.get([...place, name].join('/'));
    if (target === undefined) {
      place.push(name);
      continue;
    }
    hops += 1;
    if (target.startsWith('/')) return 'escape';
    if (hops > MAX_HOPS || target.length > MAX_TARGET) return 'nothing';
    rest.push(...target.split('/').reverse());
  }
  return end(place.join('/'));
}
