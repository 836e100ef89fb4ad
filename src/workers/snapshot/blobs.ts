import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { blobsToRead, type TreeItem } from '../../core/source/git-objects.js';
import { type RawPath, rawOf } from '../../core/source/names.js';
import { toolNames } from '../../core/source/tool-names.js';
import { clashesOf } from './clashes.js';
import type { Collection, FileClass } from './collect.js';
import { sourceError } from './faulty.js';
import type { Stores } from './folder.js';
import { readTree } from './git-lists.js';
import { type Content, digests, SMALL_BYTES } from './store.js';

/** A path of the commit that may be read. */
interface Wanted {
  item: TreeItem;
  class: FileClass;
  at: string;
}

/** Takes the files of a commit's tree from `blobs`, the answer of `git cat-file --batch`. Returns the submodules. */
export async function takeBlobs(input: string, into: Collection, stores: Stores): Promise<Set<RawPath>> {
  const items = readTree(input);
  const wanted = admit(items, into);
  const blobs = new BatchReader(join(input, 'blobs'));
  try {
    for (const item of blobsToRead(items, into.request.limits))
      await takeBlob(item, wanted.get(item), blobs, into, stores);
  } finally {
    blobs.close();
  }
  return new Set(items.filter(({ type }) => type === 'commit').map(({ path }) => path));
}

/** Which items are read, under which names; the others are left unread or excluded. */
function admit(items: readonly TreeItem[], into: Collection): Map<TreeItem, Wanted> {
  const readable = new Set(blobsToRead(items, into.request.limits));
  for (const item of items) if (!readable.has(item)) leaveUnreadable(item, into);
  const { again, below } = clashesOf(items);
  const admitted = [...readable].flatMap((item) => {
    if (!isPlainPath(item.path)) into.leave(item.path, 'name', 'a path that git itself does not check out', 'escape');
    else if (again.has(item) || below.has(item))
      into.leave(item.path, 'name', 'the tree holds this path, or one above it, twice');
    else if (into.fits(item.path)) return classified(item, into);
    return [];
  });
  const names = toolNames(admitted.map(({ item }) => item.path));
  return new Map(admitted.map((one) => [one.item, { ...one, at: names.get(one.item.path) ?? '' }]));
}

function classified(item: TreeItem, into: Collection): Pick<Wanted, 'item' | 'class'>[] {
  const kind = into.classify(item.path, true);
  return kind === undefined ? [] : [{ item, class: kind }];
}

function leaveUnreadable({ type, path, size }: TreeItem, into: Collection): void {
  if (type === 'commit') into.leave(path, 'submodule', 'a git submodule');
  else if (size === undefined) into.leave(path, 'unreadable', 'its object is missing in the repository');
  else into.leave(path, 'too-large', `larger than ${into.request.limits.maxFileBytes} bytes`);
}

/** A tree object may hold any name; these would leave the folder, or hide in git's own. */
const isPlainPath = (path: RawPath): boolean =>
  path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && name.toLowerCase() !== '.git');

async function takeBlob(
  item: TreeItem,
  wanted: Wanted | undefined,
  blobs: BatchReader,
  into: Collection,
  stores: Stores,
): Promise<void> {
  const size = blobs.header();
  if (size === undefined) {
    if (wanted !== undefined) into.leave(item.path, 'unreadable', 'its object is missing in the repository');
    return;
  }
  if (wanted === undefined) return blobs.skip(size);
  into.caps.file();
  into.caps.read(size);
  try {
    await takeContent(wanted, size, blobs, into, stores);
  } catch (error) {
    into.note(item.path, 'unreadable', `cannot be read (${sourceError(error)})`);
  }
}

async function takeContent(
  { item, class: kind, at }: Wanted,
  size: number,
  blobs: BatchReader,
  into: Collection,
  stores: Stores,
): Promise<void> {
  const base = { path: item.path, at, class: kind, tracked: true } as const;
  if (item.mode === '120000') {
    const bytes = blobs.content(size);
    const content = { ...digests(bytes, into.request.format), lfsPointer: false };
    into.taken.push({ ...content, ...base, mode: '120000', target: rawOf(bytes) });
    return;
  }
  const content: Content =
    size > SMALL_BYTES
      ? await stores[kind].stream(at, size, blobs.chunks(size))
      : stores[kind].write(at, blobs.content(size));
  into.taken.push({ ...content, ...base, mode: item.mode === '100755' ? '100755' : '100644' });
}

/** Reads `<id> <type> <size> LF <content> LF` records (git-cat-file(1), BATCH OUTPUT). */
class BatchReader {
  readonly #fd: number;
  readonly #buffer = Buffer.allocUnsafe(SMALL_BYTES);
  #start = 0;
  #end = 0;

  constructor(path: string) {
    this.#fd = openSync(path, 'r');
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** The size of the next object; `undefined` when git says that it is missing. Throws when the answer is cut off. */
  header(): number | undefined {
    let line = '';
    for (let byte = this.#byte(); byte !== 10; byte = this.#byte()) line += String.fromCharCode(byte);
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(line)?.[1];
    if (size === undefined && !/^\S+ (?:missing|ambiguous)$/.test(line)) throw new Error('git printed no blob header');
    return size === undefined ? undefined : Number(size);
  }

  content(size: number): Buffer {
    const parts: Buffer[] = [];
    for (const chunk of this.chunks(size)) parts.push(Buffer.from(chunk));
    return Buffer.concat(parts);
  }

  skip(size: number): void {
    for (const _ of this.chunks(size));
  }

  /** The next `size` bytes, and the LF after them; the buffer is reused. */
  *chunks(size: number): Generator<Buffer> {
    for (let left = size; left > 0; ) {
      this.#fill();
      const chunk = this.#buffer.subarray(this.#start, Math.min(this.#end, this.#start + left));
      this.#start += chunk.length;
      left -= chunk.length;
      yield chunk;
    }
    if (this.#byte() !== 10) throw new Error('git printed a blob without its end');
  }

  #byte(): number {
    this.#fill();
    return this.#buffer[this.#start++] ?? 0;
  }

  #fill(): void {
    if (this.#start < this.#end) return;
    this.#start = 0;
    this.#end = readSync(this.#fd, this.#buffer, 0, this.#buffer.length, null);
    if (this.#end === 0) throw new Error('the answer of git is cut off');
  }
}
