import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDocument } from './lib/document/read.js';
import { userData } from './lib/user-data.js';
import { type Catalog, loadCatalog } from './plan/catalog.js';
import { type Images, imagesSchema } from './runtime/dagger/images.js';

/** The folder of the installed package: two levels above this file, built or not. */
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The running package's own tool files and locks. */
export const OWN_TOOLS = join(ROOT, 'tools');

/**
 * The tools, profiles, rules and workers of the running package, never of the tree under scan, and the operator's own tool
 * files when a folder of them is given.
 */
export const loadPackageCatalog = (operatorTools?: string): Promise<Catalog> =>
  loadCatalog({
    operatorTools,
    tools: OWN_TOOLS,
    profiles: join(ROOT, 'profiles'),
    rules: join(ROOT, 'rules'),
    workers: join(ROOT, 'dist', 'workers'),
    store: userData('store'),
    advisories: userData('advisories'),
  });

/** The images of the running package, each with its digest. */
export async function loadImages(): Promise<Images> {
  const file = join(OWN_TOOLS, 'images.lock.json');
  return readDocument(await readFile(file), { file, code: 'tool', schema: imagesSchema, format: 'json' });
}
