import { createHash, hash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ObjectFormat } from '../../core/source/git-objects.js';
import { faulty } from './faulty.js';

/** What one pass over a file's content gives. */
export interface Content {
  size: number;
  sha256: string;
  gitBlob: string;
  /** The content is a Git LFS pointer, not the file itself. */
  lfsPointer: boolean;
}

/** Up to this size a file is held in memory whole, which is much faster than streaming. */
export const SMALL_BYTES = 1 << 20;

const FILE_MODE = 0o644;

/** The hashes of content in memory, nothing written. */
export const digests = (bytes: Buffer, format: ObjectFormat): Content => ({
  size: bytes.length,
  sha256: hash('sha256', bytes),
  gitBlob: createHash(format).update(`blob ${bytes.length}\0`).update(bytes).digest('hex'),
  lfsPointer: isLfsPointer(bytes),
});

/** Writes files below one folder, hashing what it writes. Existing files are never touched. */
export class Store {
  readonly #made = new Set<string>();
  constructor(
    readonly root: string,
    readonly format: ObjectFormat,
  ) {}

  /** Throws the file system's error, `EEXIST` included. */
  write(at: string, bytes: Buffer): Content {
    const fd = this.#create(at);
    try {
      writeAll(fd, bytes);
    } finally {
      closeSync(fd);
    }
    return digests(bytes, this.format);
  }

  /** For content of `size` bytes that comes in chunks. What fails half way leaves nothing. */
  async stream(at: string, size: number, chunks: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<Content> {
    const fd = this.#create(at);
    try {
      return await this.#stream(fd, size, chunks);
    } catch (error) {
      unlinkSync(join(this.root, at));
      throw error;
    } finally {
      closeSync(fd);
    }
  }

  async #stream(fd: number, size: number, chunks: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<Content> {
    const sha256 = createHash('sha256');
    const blob = createHash(this.format).update(`blob ${size}\0`);
    let written = 0;
    for await (const chunk of chunks) {
      sha256.update(chunk);
      blob.update(chunk);
      writeAll(fd, chunk);
      written += chunk.length;
    }
    if (written !== size) throw faulty('ECHANGED', 'the size changed while reading');
    return { size, sha256: sha256.digest('hex'), gitBlob: blob.digest('hex'), lfsPointer: false };
  }

  /** Makes the folder of a place that is about to be written. */
  prepare(at: string): string {
    const path = join(this.root, at);
    const folder = dirname(path);
    if (!this.#made.has(folder)) {
      mkdirSync(folder, { recursive: true, mode: 0o755 });
      this.#made.add(folder);
    }
    return path;
  }

  #create(at: string): number {
    return openSync(this.prepare(at), 'wx', FILE_MODE);
  }
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}

/** The whole pointer format, so that a first line alone cannot pass code off as a pointer (git-lfs docs/spec.md). */
const LFS = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:[a-z0-9.-]+ [^\n]{1,200}\n)*$/;

function isLfsPointer(bytes: Buffer): boolean {
  if (bytes.length >= 1024 || bytes[0] !== 0x76) return false;
  const text = bytes.toString('latin1');
  return LFS.test(text) && /^oid sha256:[0-9a-f]{64}$/m.test(text) && /^size \d+$/m.test(text);
}
