import { readCanonical } from './document.js';
import { type BundleFolder, measure } from './folder.js';
import { type Problems, Unsound } from './problems.js';
import { type BundleIndex, indexSchema } from './schemas.js';

const INDEX = 'bundle.json';
const STATEMENT = 'attestation.intoto.json';

/** Folders that the index does not cover; what is in them has checks of its own. */
const APART = ['runs/', 'signatures/', 'attestations/', 'approvals/'];

const isApart = (path: string): boolean => APART.some((folder) => path.startsWith(folder));

/** Reads bundle.json. Undefined when it does not hold: without it nothing says what a bundle should have. */
export async function readIndex(folder: BundleFolder, problems: Problems): Promise<BundleIndex | undefined> {
  return problems.attempt(INDEX, async () => {
    const index = await readCanonical(folder, INDEX, indexSchema);
    const paths = index.files.map(({ path }) => path);
    const sorted = paths.every((path, i) => i === 0 || (paths[i - 1] ?? '') < path);
    if (!sorted) throw new Unsound('its files are not sorted, or one is there twice');
    if (paths.some((path) => isApart(path) || path === INDEX || path === STATEMENT))
      throw new Unsound('lists a file that it cannot list');
    return index;
  });
}

/** Holds every file against the index: nothing missing, nothing extra, each of its size and SHA-256. */
export async function checkFiles(folder: BundleFolder, index: BundleIndex, problems: Problems): Promise<void> {
  const listed = new Set(index.files.map(({ path }) => path));
  const present = new Set(folder.files);
  for (const path of folder.files)
    if (!listed.has(path) && !isApart(path) && path !== INDEX && path !== STATEMENT)
      problems.add(path, 'is not listed in bundle.json');
  for (const { path, sha256, size } of index.files) {
    await problems.attempt(path, async () => {
      if (!present.has(path)) throw new Unsound('is missing');
      const found = await measure(folder, path);
      if (found.size !== size) throw new Unsound(`has ${found.size} bytes, bundle.json says ${size}`);
      if (found.sha256 !== sha256) throw new Unsound('has another SHA-256 than bundle.json says');
    });
  }
  if (!present.has(STATEMENT)) problems.add(STATEMENT, 'is missing');
}
