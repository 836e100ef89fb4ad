import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { codeOf, damaged, refuse } from './refuse.js';

/** One file of a pack. */
export interface PackedFile {
  sha256: string;
  size: number;
}

/** Digest and size of a plain file, never through a link. Throws when it is none. */
export async function hashFile(path: string): Promise<PackedFile> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw new Error(`${path} is not a plain file`);
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 1 << 20 })) {
      hash.update(chunk);
      size += chunk.length;
    }
    return { sha256: hash.digest('hex'), size };
  } finally {
    await file.close();
  }
}

/** Throws `Fault` code `digest` when a file of a pack, wherever it is laid out, cannot be read or is not the one that was stored. */
export async function demandStored(path: string, name: string, stored: PackedFile, label: string): Promise<void> {
  const { sha256, size } = await hashFile(path).catch((cause: unknown) => {
    throw damaged(label, `${name} is not in the store`, cause);
  });
  if (sha256 !== stored.sha256 || size !== stored.size) throw damaged(label, `${name} was changed in the store`);
}

/** Opens a file that the operator named. Throws `Refusal` when it cannot be read, is no plain file, or is too large. */
export async function openInput(path: string, maxBytes: number): Promise<{ file: FileHandle; size: number }> {
  let file: FileHandle;
  try {
    // Without it a pipe would block for ever.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw refuse(path, `cannot be read (${codeOf(cause)})`, undefined, cause);
  }
  const stat = await file.stat();
  if (stat.isFile() && stat.size <= maxBytes) return { file, size: stat.size };
  await file.close();
  throw refuse(path, stat.isFile() ? `has ${stat.size} bytes, more than ${maxBytes}` : 'is not a plain file');
}

/** The whole of a file that the operator named. Throws `Refusal` as `openInput`. */
export async function readInput(path: string, maxBytes: number): Promise<Buffer> {
  const { file } = await openInput(path, maxBytes);
  try {
    const data = await file.readFile();
    if (data.length > maxBytes) throw refuse(path, `has more than ${maxBytes} bytes`);
    return data;
  } finally {
    await file.close();
  }
}
