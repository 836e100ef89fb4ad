import { type RawPath, splitPath } from '../../core/source/names.js';

/**
 * Items that cannot all be files of one folder: a path that came before, or a path below another one. The first of
 * equal paths is kept: which one an extractor would leave is its own affair, so the other is reported, not chosen.
 */
export function clashesOf<T extends { path: RawPath }>(items: readonly T[]): { again: Set<T>; below: Set<T> } {
  const again = new Set<T>();
  const paths = new Set<RawPath>();
  for (const item of items) {
    if (paths.has(item.path)) again.add(item);
    paths.add(item.path);
  }
  return { again, below: new Set(items.filter(({ path }) => hasFileAbove(path, paths))) };
}

function hasFileAbove(path: RawPath, files: ReadonlySet<RawPath>): boolean {
  for (let [folder] = splitPath(path); folder !== ''; [folder] = splitPath(folder)) if (files.has(folder)) return true;
  return false;
}
