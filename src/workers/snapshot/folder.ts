import { type Dirent, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { bytesOf, type RawPath, rawOf } from '../../core/source/names.js';
import { toolNames } from '../../core/source/tool-names.js';
import type { Collection, FileClass } from './collect.js';
import { sourceError } from './faulty.js';
import type { GitLists } from './git-lists.js';
import { demandOwn, outputOf } from './output.js';
import { readInto } from './read-file.js';
import { digests, type Store } from './store.js';

/** A file or link that was seen and is to be read. */
interface Seen {
  path: RawPath;
  link: boolean;
  class: FileClass;
  tracked: boolean;
}

interface Walk {
  root: RawPath;
  device: number;
  lists: GitLists;
  into: Collection;
  seen: Seen[];
  /** Submodules whose folder is there. */
  submodules: Set<RawPath>;
  /** Never entered, whatever is there. */
  output: RawPath | undefined;
}

/** A folder yet to be listed; in an `ignored` one only tracked files are in scope. */
interface Open {
  path: RawPath;
  ignored: boolean;
}

/**
 * Takes every file of a folder that is in scope: never through a link, never into another file system, never into a
 * `.git`. Returns the submodules whose folders are there.
 */
export async function takeFolder(
  root: string,
  lists: GitLists,
  into: Collection,
  stores: Stores,
): Promise<Set<RawPath>> {
  const raw = rawOf(Buffer.from(root));
  const { dev } = lstatSync(root);
  const output = outputOf(into.request);
  if (output !== undefined && !into.request.git) demandOwn(raw, output);
  const walk: Walk = { root: raw, device: dev, lists, into, seen: [], submodules: new Set(), output };
  const open: Open[] = [{ path: '', ignored: false }];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) open.push(...listFolder(walk, folder));
  for (const item of lists.tree.values())
    if (item.type === 'commit') into.leave(item.path, 'submodule', 'a git submodule');
  walk.seen.sort((a, b) => (a.path < b.path ? -1 : 1));
  const names = toolNames(walk.seen.map(({ path }) => path));
  // One after another: threads that make files at the same time wait for each other in the kernel, and take longer.
  for (const seen of walk.seen) await takeOne(walk, seen, names.get(seen.path) ?? '', stores);
  return walk.submodules;
}

export type Stores = Readonly<Record<FileClass, Store>>;

const within = (root: RawPath, path: RawPath): Buffer => bytesOf(path === '' ? root : `${root}/${path}`);

/** Lists one folder and returns those below it that are to be listed too. */
function listFolder(walk: Walk, folder: Open): Open[] {
  let items: Dirent<Buffer>[];
  try {
    items = readdirSync(within(walk.root, folder.path), { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    walk.into.leave(
      folder.path === '' ? '.' : folder.path,
      'unreadable',
      `the folder cannot be listed (${sourceError(error)})`,
    );
    return [];
  }
  const below: Open[] = [];
  for (const item of items) {
    const name = rawOf(item.name);
    const path = folder.path === '' ? name : `${folder.path}/${name}`;
    if (path === walk.output && item.isDirectory()) continue;
    if (name === '.git') leaveGit(walk, folder);
    else if (item.isDirectory()) below.push(...enter(walk, path, folder.ignored));
    else see(walk, path, item, folder.ignored);
  }
  return below;
}

/** The root's own `.git` is the repository itself; another one is a folder that hides from git, and is counted. */
function leaveGit(walk: Walk, folder: Open): void {
  if (folder.path !== '' && !folder.ignored) walk.into.exclude('.git', 'git-folder');
}

function enter(walk: Walk, path: RawPath, ignored: boolean): Open[] {
  if (walk.lists.tree.get(path)?.type === 'commit') {
    walk.submodules.add(path);
    return [];
  }
  if (!walk.into.fits(path, true)) return [];
  try {
    if (lstatSync(within(walk.root, path)).dev !== walk.device) {
      walk.into.leave(path, 'special-file', 'a mount point: another file system', 'special-file');
      return [];
    }
  } catch (error) {
    walk.into.leave(path, 'unreadable', `the folder cannot be examined (${sourceError(error)})`);
    return [];
  }
  const hidden = ignored || walk.lists.ignores(path, true);
  if (!hidden) walk.into.caps.folder();
  return [{ path, ignored: hidden }];
}

function see(walk: Walk, path: RawPath, item: Dirent<Buffer>, ignored: boolean): void {
  const { into, lists } = walk;
  const tracked = lists.tracks(path);
  if (!tracked && (ignored || lists.ignores(path, false))) {
    into.ignored += 1;
  } else if (!item.isFile() && !item.isSymbolicLink()) {
    into.leave(path, 'special-file', 'a FIFO, socket or device', 'special-file');
  } else if (into.fits(path)) {
    const kind = into.classify(path, tracked);
    if (kind === undefined) return;
    into.caps.file();
    walk.seen.push({ path, link: item.isSymbolicLink(), class: kind, tracked });
  }
}

async function takeOne(walk: Walk, seen: Seen, at: string, stores: Stores): Promise<void> {
  const { into } = walk;
  const { path, tracked, class: kind } = seen;
  const from = within(walk.root, path);
  try {
    if (seen.link) {
      const target = rawOf(readlinkSync(from, 'buffer'));
      const content = digests(bytesOf(target), into.request.format);
      into.taken.push({ ...content, lfsPointer: false, path, at, mode: '120000', class: kind, tracked, target });
      return;
    }
    const read = await readInto(stores[kind], at, from, into.caps);
    if (read === 'special-file') into.note(path, 'special-file', 'a FIFO, socket or device', 'special-file');
    else if (read === 'too-large') into.note(path, 'too-large', `larger than ${into.caps.limits.maxFileBytes} bytes`);
    else into.taken.push({ ...read.content, path, at, mode: read.mode, class: kind, tracked });
  } catch (error) {
    into.note(path, 'unreadable', `cannot be read (${sourceError(error)})`);
  }
}
