import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** What a file is at the moment of reading. */
export interface FileState {
  sha256: string;
  size: number;
  /** Permission bits. */
  mode: number;
  /** Whether it is a regular file with one link. */
  plain: boolean;
}

/** Bytes of one read. */
const BLOCK = 2 ** 20;
/** Bytes after which other work gets a turn: some 10 ms. */
const SLICE = 2 ** 23;
/** What opening and closing a file costs, in bytes of hashing. */
const PER_FILE = 2 ** 16;

/**
 * Reads files one after another and gives each one's state to `see`. Synchronous calls in short turns: handing each of
 * thousands of small files to another thread costs more than hashing it (measured: 0.4 against 0.7 to 1.2 CPU seconds
 * for 2,700 files of 330 MB). Errors of the file system pass through; links are not followed.
 */
export async function hashFiles(
  root: string,
  paths: readonly string[],
  see: (path: string, state: FileState) => void,
  signal?: AbortSignal,
): Promise<void> {
  const block = Buffer.allocUnsafe(BLOCK);
  let done = 0;
  for (const path of paths) {
    const steps = hashFile(join(root, path), block);
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done) {
        see(path, step.value);
        break;
      }
      done += step.value;
      if (done < SLICE) continue;
      done = 0;
      await nextTurn();
      signal?.throwIfAborted();
    }
  }
}

/** Yields the work done after each read, in bytes. */
function* hashFile(path: string, block: Buffer): Generator<number, FileState> {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    const plain = stat.isFile() && stat.nlink === 1;
    const hash = createHash('sha256');
    let size = 0;
    for (let read = plain ? readSync(file, block) : 0; read > 0; read = readSync(file, block)) {
      hash.update(block.subarray(0, read));
      size += read;
      yield read;
    }
    yield PER_FILE;
    return { sha256: hash.digest('hex'), size, mode: stat.mode & 0o7777, plain };
  } finally {
    closeSync(file);
  }
}
