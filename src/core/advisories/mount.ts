import { copyFile, link, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { demandStored } from './files.js';
import { packLabel } from './kind.js';
import { codeOf, damaged } from './refuse.js';
import { readContents } from './store.js';

/** Where a scanner looks for a file of its advisories, below the folder that it is given. */
const PLACES: Readonly<Record<string, (name: string, file: string) => string>> = {
  // With HOME as the folder (osv-scanner 2.5).
  osv: (name, file) => join('.cache', 'osv-scalibr', name, file),
  // `--jsrepo`
  retire: (_, file) => file,
  // `--cache-dir`
  trivy: (_, file) => join('db', file),
  // GRYPE_DB_CACHE_DIR; 6 is the version of the schema.
  grype: (_, file) => join('6', file),
};

/** A pack as a plan names it. */
export interface WantedPack {
  kind: string;
  name: string;
  digest: string;
}

/**
 * Lays packs out below an empty folder, as the scanner of their kind expects them, to be mounted read-only. Every byte is
 * hashed after it was laid out. Throws `Fault` code `digest` for a pack that is not in the store or not what it was.
 */
export async function mountPacks(packs: readonly WantedPack[], store: string, folder: string): Promise<void> {
  for (const pack of packs) {
    const label = packLabel(pack);
    const { kind, name, files } = await readContents(store, pack.digest, label);
    const place = PLACES[kind];
    if (kind !== pack.kind || name !== pack.name || place === undefined)
      throw damaged(label, `the pack ${pack.digest} holds ${packLabel({ kind, name })}`);
    for (const [file, stored] of Object.entries(files)) {
      const to = join(folder, place(name, file));
      await lay(join(store, pack.digest, file), to, label);
      await demandStored(to, file, stored, label);
    }
  }
}

/** A second name for the file where the file system can, else a copy: databases have gigabytes. */
async function lay(from: string, to: string, label: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await link(from, to).catch((error: unknown) => {
      if (!COPIED.has(codeOf(error) ?? '')) throw error;
      return copyFile(from, to);
    });
  } catch (cause) {
    throw damaged(label, `a file is not in the store (${codeOf(cause)})`, cause);
  }
}

/** Another file system; one without links; links to others' files forbidden (fs.protected_hardlinks); too many links. */
const COPIED = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK', 'EACCES']);
