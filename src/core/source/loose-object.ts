import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { type ObjectFormat, objectId } from './git-objects.js';

const compress = promisify(deflate);

/** Stores an object of our own in a repository of our own (gitformat-loose); returns its id. */
export async function writeObject(
  repository: string,
  type: 'blob' | 'tree' | 'commit',
  content: Uint8Array,
  format: ObjectFormat,
): Promise<string> {
  const id = objectId(type, content, format);
  const folder = join(repository, 'objects', id.slice(0, 2));
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  const data = await compress(Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]));
  // The same content again is the same object.
  await writeFile(join(folder, id.slice(2)), data, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await chmod(join(folder, id.slice(2)), 0o444);
  return id;
}
