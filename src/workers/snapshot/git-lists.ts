import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTreeListing, type TreeItem, treeId } from '../../core/source/git-objects.js';
import { isAtOrBelow, type RawPath, rawOf } from '../../core/source/names.js';
import type { SnapshotRequest } from '../../core/source/protocol.js';
import type { Taken } from './collect.js';

/** What git says about the paths of a working tree. */
export interface GitLists {
  /** The commit's tree by path, submodules included. */
  tree: ReadonlyMap<RawPath, TreeItem>;
  tracks(path: RawPath): boolean;
  /** A file that git ignores; for a folder, that it ignores all in it. Says nothing about tracked files. */
  ignores(path: RawPath, isFolder: boolean): boolean;
  /** Whether the commit or the index has something at or below this path. */
  holds(folder: RawPath): boolean;
}

const NOTHING: GitLists = { tree: new Map(), tracks: () => false, ignores: () => false, holds: () => false };

/** Reads `tree.z` and, of a working tree, `index.z` and `ignored.z`; without git nothing is tracked and nothing ignored. */
export function readGitLists({ git, kind, outputFolder }: SnapshotRequest, input: string): GitLists {
  if (!git) return NOTHING;
  const tree = new Map(readTree(input).map((item) => [item.path, item]));
  const indexed = kind === 'folder' || outputFolder !== undefined;
  const added: ReadonlySet<RawPath> = indexed ? readPaths(join(input, 'index.z')) : new Set();
  const holds = (folder: RawPath) => [...tree.keys(), ...added].some((path) => isAtOrBelow(folder, path));
  if (kind !== 'folder') return { ...NOTHING, tree, holds };
  const ignored = readPaths(join(input, 'ignored.z'));
  return {
    tree,
    tracks: (path) => tree.has(path) || added.has(path),
    holds,
    ignores: (path, isFolder) => ignored.has(isFolder ? `${path}/` : path),
  };
}

export const readTree = (input: string): TreeItem[] => parseTreeListing(readFileSync(join(input, 'tree.z')));

/** A NUL-separated list. */
const readPaths = (file: string): ReadonlySet<RawPath> => new Set(rawOf(readFileSync(file)).split('\0'));

/**
 * The id of the tree that was taken. Submodules count as the commit has them where `present` says that their folder
 * is there; what they hold is unread.
 */
export function takenTreeId(
  taken: readonly Taken[],
  lists: GitLists,
  present: ReadonlySet<RawPath>,
  request: SnapshotRequest,
): string {
  const files = taken.map(({ path, mode, gitBlob }) => ({
    path,
    id: gitBlob,
    mode: oldMode(lists.tree.get(path), mode),
  }));
  const submodules = [...lists.tree.values()].filter((item) => item.type === 'commit' && present.has(item.path));
  return treeId([...files, ...submodules], request.format);
}

/** Trees of git's first years hold 100664 for a plain file; git still reads it so (canon_mode). */
const oldMode = (item: TreeItem | undefined, mode: string): string =>
  item?.mode === '100664' && mode === '100644' ? item.mode : mode;
