import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../lib/errors.js';

/** Any of these makes a folder a bundle, so that one whose index was taken away is still looked at. */
const MARKS = ['bundle.json', 'attestation.intoto.json', 'findings.jsonl', 'summary.json', 'runs'];
/** Folders of an export folder that are no bundles. */
const OTHERS = ['history'];

/**
 * The bundles at a path: itself, or every folder in an export folder. Links and what begins with a dot are passed over
 * there; everything else counts as a bundle, whatever it lacks. Throws `Refusal` when there is none.
 */
export async function bundlesAt(path: string): Promise<string[]> {
  const names = await namesIn(path);
  if (names.some(({ name }) => MARKS.includes(name))) return [path];
  const folders = names.filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && !OTHERS.includes(entry.name),
  );
  if (folders.length > 0) return folders.map(({ name }) => join(path, name)).sort();
  throw new Refusal('usage', [{ file: path, message: 'holds no bundle' }]);
}

/** The operator may name a bundle through a link, such as `latest`. */
async function namesIn(path: string) {
  try {
    const root = await realpath(path);
    if (!(await stat(root)).isDirectory()) throw new Refusal('usage', [{ file: path, message: 'is no folder' }]);
    return await readdir(root, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new Refusal('usage', [{ file: path, message: `cannot be read (${code})` }], { cause: error });
  }
}
