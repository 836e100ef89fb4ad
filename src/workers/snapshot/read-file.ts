import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { FileMode } from '../../core/source/protocol.js';
import { faulty } from './faulty.js';
import type { Caps } from './refused.js';
import { type Content, SMALL_BYTES, type Store } from './store.js';

/** A file that was read once, from the first byte to the last, into the store. */
export interface Read {
  content: Content;
  mode: FileMode;
}

/** Also what has become a link or a pipe since it was listed: O_NOFOLLOW refuses the one, O_NONBLOCK does not wait on the other. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

const chunk = (size: number): Buffer => Buffer.allocUnsafe(size);

/**
 * Copies one file, hashing it on the way. A file over `maxFileBytes` is not read at all. Throws the file system's
 * errors, and `RefusedSource` over the caps.
 */
export async function readInto(
  store: Store,
  at: string,
  from: Buffer,
  caps: Caps,
): Promise<Read | 'special-file' | 'too-large'> {
  const fd = openSync(from, FLAGS);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return 'special-file';
    if (stat.size > caps.limits.maxFileBytes) return 'too-large';
    caps.read(stat.size);
    // git keeps the owner's execute bit only (cache.h, ce_permissions).
    const mode = (stat.mode & 0o100) === 0 ? '100644' : '100755';
    return { content: await copy(fd, stat.size, store, at), mode };
  } finally {
    closeSync(fd);
  }
}

async function copy(fd: number, size: number, store: Store, at: string): Promise<Content> {
  if (size > SMALL_BYTES) return await store.stream(at, size, chunksOf(fd, size));
  // One byte more than expected: a file that has grown is seen.
  const buffer = chunk(size + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length < buffer.length; length += read) {
    read = readSync(fd, buffer, length, buffer.length - length, null);
  }
  if (length !== size) throw faulty('ECHANGED', 'the size changed while reading');
  return store.write(at, buffer.subarray(0, length));
}

/** Stops soon after `size`, so that a file that grows without end ends here. */
function* chunksOf(fd: number, size: number): Generator<Buffer> {
  const buffer = chunk(SMALL_BYTES);
  for (let total = 0; total <= size; ) {
    const read = readSync(fd, buffer, 0, buffer.length, null);
    if (read === 0) return;
    total += read;
    yield buffer.subarray(0, read);
  }
}
