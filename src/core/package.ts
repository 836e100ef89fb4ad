import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { userData } from './lib/user-data.js';
import { type Catalog, loadCatalog } from './plan/catalog.js';

/** The folder of the installed package: two levels above this file, built or not. */
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * The tools, profiles, rules and workers of the running package, never of the tree under scan, and the operator's own tool
 * files when a folder of them is given.
 */
export const loadPackageCatalog = (operatorTools?: string): Promise<Catalog> =>
  loadCatalog({
    operatorTools,
    tools: join(ROOT, 'tools'),
    profiles: join(ROOT, 'profiles'),
    rules: join(ROOT, 'rules'),
    workers: join(ROOT, 'dist', 'workers'),
    store: userData('store'),
    advisories: userData('advisories'),
  });
