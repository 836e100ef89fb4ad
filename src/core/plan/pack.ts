import { lstat, readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { digestOf, sha256 } from '../lib/digest.js';
import { Refusal } from '../lib/errors.js';

/** SHA-256 over a pack's files by path. Throws `Refusal` when the folder cannot be read or holds anything but files and folders. */
export async function packDigest(folder: string, option: string): Promise<string> {
  try {
    const names = (await readdir(folder, { recursive: true })).sort();
    const files: Record<string, string> = {};
    for (const name of names) {
      const stat = await lstat(join(folder, name));
      if (stat.isDirectory()) continue;
      if (!stat.isFile()) throw new Error(`${name} is not a plain file`);
      files[relative(folder, join(folder, name)).split(sep).join('/')] = sha256(await readFile(join(folder, name)));
    }
    return digestOf(files);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unreadable';
    throw new Refusal('usage', [{ file: folder, message: `${option}: ${reason}` }], { cause });
  }
}
