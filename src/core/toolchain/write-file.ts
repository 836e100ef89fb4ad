import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { printable } from '../lib/printable.js';
import { installFault } from './fault.js';
import { isSafePath } from './file-list.js';

/** Bytes that are hashed and written at one time. */
const BLOCK = 2 ** 20;

/** What was written, or would have been. */
export interface Written {
  /** Raw SHA-256. */
  sha256: Buffer;
  size: number;
}

/** Writes files below a folder, each path once; a second file of the same path must be the same. */
export class FileWriter {
  readonly #written = new Map<string, Written>();
  constructor(readonly root: string) {}

  /** Throws `Fault` code `toolchain` for a path that leads elsewhere, and when another file of that path was written. `most` caps its bytes. */
  async write(path: string, content: AsyncIterable<Buffer>, executable: boolean, most = Infinity): Promise<Written> {
    if (!isSafePath(path)) throw installFault(`${printable(path, 300)} leads out of its folder`);
    const before = this.#written.get(path);
    const written = before
      ? await digestOf(content, most)
      : await writeNew(join(this.root, path), content, executable, most);
    if (before !== undefined && !before.sha256.equals(written.sha256))
      throw installFault(`two different files are named ${path}`);
    this.#written.set(path, written);
    return written;
  }
}

async function writeNew(path: string, content: AsyncIterable<Buffer>, executable: boolean, most: number) {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'wx', executable ? 0o755 : 0o644);
  try {
    return await digestOf(content, most, (chunk) => file.writeFile(chunk));
  } finally {
    await file.close();
  }
}

async function digestOf(
  content: AsyncIterable<Buffer>,
  most: number,
  keep: (chunk: Buffer) => Promise<void> = async () => {},
): Promise<Written> {
  const hash = createHash('sha256');
  let size = 0;
  let pending: Buffer[] = [];
  let waiting = 0;
  const flush = async () => {
    const block = pending.length === 1 && pending[0] ? pending[0] : Buffer.concat(pending);
    [pending, waiting] = [[], 0];
    hash.update(block);
    await keep(block);
  };
  for await (const chunk of content) {
    size += chunk.length;
    if (size > most) throw installFault(`a file has more than ${most} bytes`);
    pending.push(chunk);
    waiting += chunk.length;
    if (waiting >= BLOCK) await flush();
  }
  await flush();
  return { sha256: hash.digest(), size };
}
