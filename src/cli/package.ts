import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../core/lib/errors.js';
import type { NamedDocument } from '../core/lib/named-document.js';
import { type Catalog, loadCatalog } from '../core/plan/catalog.js';

/** The folder of the installed package: two levels above the built command line. */
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The catalog of the running package, never of the tree under scan. */
export const packageCatalog = (): Promise<Catalog> =>
  loadCatalog({
    tools: join(ROOT, 'tools'),
    profiles: join(ROOT, 'profiles'),
    rules: join(ROOT, 'rules'),
    workers: join(ROOT, 'dist', 'workers'),
  });

/** Reads a file that the operator named. Throws `Refusal` when it cannot be read. */
export async function namedDocument(file: string | undefined, option: string): Promise<NamedDocument | undefined> {
  if (file === undefined) return undefined;
  try {
    return { file, text: await readFile(file) };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new Refusal('usage', [{ file, message: `${option}: cannot be read (${code})` }], { cause });
  }
}
