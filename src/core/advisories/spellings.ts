import { join } from 'node:path';
import * as z from 'zod';
import { demandStored } from './files.js';
import { packLabel } from './kind.js';
import type { WantedPack } from './mount.js';
import { foldOf, type Spellings } from './names.js';
import { OSV_FILE } from './osv.js';
import { OSV_LIMITS } from './osv-input.js';
import { baseOf } from './osv-record.js';
import { damaged } from './refuse.js';
import { readContents } from './store.js';
import { readZip } from './zip-reader.js';

/** What is read of the records that `readOsvRecord` wrote. */
const record = z.object({
  withdrawn: z.string().nullish(),
  affected: z.array(z.object({ package: z.object({ ecosystem: z.string(), name: z.string() }).nullish() })).nullish(),
});

/**
 * The spellings in those of the packs whose ecosystem has more than one for a package, sorted. osv-scanner 2.5 compares
 * letter for letter, so whoever reads its report must know them. Throws `Fault` code `digest` for a pack that is not what
 * it was.
 */
export async function spellingsIn(packs: readonly WantedPack[], store: string): Promise<Spellings> {
  const spellings: Record<string, readonly string[]> = {};
  for (const pack of packs)
    if (pack.kind === 'osv' && foldOf(pack.name) !== undefined) spellings[pack.name] = await namesIn(pack, store);
  return spellings;
}

async function namesIn(pack: WantedPack, store: string): Promise<string[]> {
  const label = packLabel(pack);
  const { files } = await readContents(store, pack.digest, label);
  const stored = files[OSV_FILE];
  if (stored === undefined) throw damaged(label, `${OSV_FILE} is not in the store`);
  const path = join(store, pack.digest, OSV_FILE);
  await demandStored(path, OSV_FILE, stored, label);
  const names = new Set<string>();
  for await (const { data } of readZip(path, OSV_LIMITS)) for (const name of namesOf(data, pack.name)) names.add(name);
  return [...names].sort();
}

/** A withdrawn record affects nothing. */
function namesOf(data: Buffer, ecosystem: string): string[] {
  const { withdrawn, affected } = record.parse(JSON.parse(data.toString('utf8')));
  if (withdrawn != null) return [];
  const packages = (affected ?? []).flatMap((one) => one.package ?? []);
  return packages.filter((one) => baseOf(one.ecosystem) === ecosystem).map(({ name }) => name);
}
