import { createHash } from 'node:crypto';
import { Fault } from '../lib/errors.js';
import { bytesOf, type RawPath, rawOf } from './names.js';

/** The hash that names a repository's objects (extensions.objectFormat). */
export type ObjectFormat = 'sha1' | 'sha256';

export const formatOf = (objectId: string): ObjectFormat => (objectId.length === 64 ? 'sha256' : 'sha1');

/** The id git gives to this object: the hash of `<type> <size>\0<content>`. */
export const objectId = (type: 'blob' | 'tree' | 'commit', content: Uint8Array, format: ObjectFormat): string =>
  createHash(format).update(`${type} ${content.length}\0`).update(content).digest('hex');

/** One line of `git ls-tree -r`: a blob, or a submodule's commit. `size` only with `--long`, and only where git knows it. */
export interface TreeItem {
  mode: string;
  type: 'blob' | 'commit';
  id: string;
  size?: number;
  path: RawPath;
}

const TREE_LINE = /^(\d{6}) (blob|commit) ([0-9a-f]{40}|[0-9a-f]{64})(?: +(\d+|-|BAD))?\t(.+)$/s;

/** Reads the output of `git ls-tree -rz [--long]`. Throws `Fault` code `snapshot` for anything else. */
export function parseTreeListing(output: Buffer): TreeItem[] {
  const lines = rawOf(output).split('\0');
  if (lines.pop() !== '') throw new Fault('snapshot', 'the listing of the git tree is cut off');
  return lines.map(parseTreeLine);
}

function parseTreeLine(line: RawPath): TreeItem {
  const [, mode, type, id, size, path] = TREE_LINE.exec(line) ?? [];
  if (mode === undefined || id === undefined || path === undefined) {
    throw new Fault('snapshot', 'git printed a tree line that is not one');
  }
  const known = size !== undefined && /^\d+$/.test(size) ? { size: Number(size) } : {};
  return { mode, type: type === 'commit' ? 'commit' : 'blob', id, path, ...known };
}

type Folder = Map<RawPath, Folder | { mode: string; id: string }>;

/**
 * The id of the tree object that git would make of these files, from hashes alone: equality with a commit's tree is
 * then our own finding, whatever a hostile object store says. `made` is given each tree's content.
 */
export function treeId(
  items: Iterable<{ mode: string; id: string; path: RawPath }>,
  format: ObjectFormat,
  made: (tree: Buffer) => void = () => {},
): string {
  const root: Folder = new Map();
  for (const { mode, id, path } of items) {
    const names = path.split('/');
    const last = names.pop() ?? '';
    folderAt(root, names).set(last, { mode, id });
  }
  return folderId(root, format, made);
}

function folderAt(root: Folder, names: readonly RawPath[]): Folder {
  let folder = root;
  for (const name of names) {
    const next = folder.get(name);
    if (next instanceof Map) folder = next;
    else {
      const made: Folder = new Map();
      folder.set(name, made);
      folder = made;
    }
  }
  return folder;
}

/** Tree objects are sorted by name, folders as if a slash followed (git's base_name_compare). */
function folderId(folder: Folder, format: ObjectFormat, made: (tree: Buffer) => void): string {
  const items = [...folder].map(([name, value]) => ({ name, value, key: value instanceof Map ? `${name}/` : name }));
  items.sort((a, b) => (a.key < b.key ? -1 : 1));
  const parts = items.flatMap(({ name, value }) => {
    const [mode, id] = value instanceof Map ? ['40000', folderId(value, format, made)] : [value.mode, value.id];
    return [bytesOf(`${mode} ${name}\0`), Buffer.from(id, 'hex')];
  });
  const tree = Buffer.concat(parts);
  made(tree);
  return objectId('tree', tree, format);
}

/** A commit whose id was recomputed from its content. `time` is the committer's, in UTC. */
export interface Commit {
  id: string;
  tree: string;
  time: string;
}

const BATCH_HEADER = /^([0-9a-f]{40}|[0-9a-f]{64}) (\w+) (\d+)$/;
const LAST_SECOND = 253_402_300_799;

/**
 * Reads the answer of `git cat-file --batch` to one `<rev>^{commit}`. `undefined` when there is no such object.
 * Throws `Fault` code `snapshot` when the content is not what its id says.
 */
export function parseCommit(output: Buffer): Commit | undefined {
  const end = output.indexOf(10);
  const [, id, type, size] = BATCH_HEADER.exec(rawOf(output.subarray(0, Math.max(end, 0)))) ?? [];
  if (id === undefined || type !== 'commit') return undefined;
  const content = output.subarray(end + 1, end + 1 + Number(size));
  if (objectId('commit', content, formatOf(id)) !== id) {
    throw new Fault('snapshot', `the commit object ${id} has other content than its id says`, 'Scan a fresh clone.');
  }
  return { id, ...commitFields(rawOf(content)) };
}

function commitFields(text: string): { tree: string; time: string } {
  const header = text.split('\n\n', 1)[0] ?? '';
  const tree = /^tree ([0-9a-f]{40,64})$/m.exec(header)?.[1] ?? '';
  const seconds = Number(/^committer .*> (\d{1,12}) [+-]\d{4}$/m.exec(header)?.[1] ?? 0);
  const time = new Date((seconds <= LAST_SECOND ? seconds : 0) * 1000).toISOString();
  return { tree, time: time.replace('.000Z', 'Z') };
}

/** The blobs of a tree that are asked of git, in this order; one without a known size is missing. */
export const blobsToRead = (items: readonly TreeItem[], limits: { maxFileBytes: number }): TreeItem[] =>
  items.filter(({ type, size }) => type === 'blob' && size !== undefined && size <= limits.maxFileBytes);
