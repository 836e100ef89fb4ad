import { realpath, stat } from 'node:fs/promises';
import { Refusal } from '../lib/errors.js';

/** The real path of a folder or file that the operator named. Throws `Refusal` code `source`. */
export async function existingPath(path: string, kind: 'folder' | 'file'): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) throw refusal(path, 'does not exist', 'Check the path.');
  const found = await stat(real);
  if (kind === 'folder' ? found.isDirectory() : found.isFile()) return real;
  throw refusal(
    path,
    `is not a ${kind}`,
    'A source is a folder, a git address, a .tar, .tar.gz or .zip archive, or - for a tar.',
  );
}

const refusal = (file: string, message: string, remedy: string): Refusal =>
  new Refusal('source', [{ file, message, remedy }]);
