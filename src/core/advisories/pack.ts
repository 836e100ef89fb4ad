import * as z from 'zod';
import { canonicalJson } from '../lib/canonical.js';
import { sha256 } from '../lib/digest.js';
import { utcTime } from './age.js';
import { PACK_NAMES } from './kind.js';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const time = z.string().refine((text) => utcTime(text) === text);

/**
 * What a pack is: `pack.json` in its folder, in RFC 8785 form; the SHA-256 of those bytes is the pack's digest. The date
 * is part of it, because evidence of freshness that is not bound to the data is none.
 */
export const packContents = z
  .strictObject({
    schemaVersion: z.literal(1),
    kind: z.string(),
    name: z.string(),
    /** Newest change in the data, RFC 3339 in UTC. */
    newest: time,
    /** Advisories; null where the form of the data does not tell. */
    count: z.int().positive().nullable(),
    files: z.record(fileName, z.strictObject({ sha256: hex, size: z.int().positive() })),
    /** Of osv/PyPI: packages have the names that osv-scanner looks for (PEP 503). It found nothing in packs made before. */
    names: z.literal('pep503').optional(),
  })
  .refine(({ kind, name }) => PACK_NAMES.some((pack) => pack.kind === kind && pack.name === name))
  .refine(({ files }) => Object.keys(files).length > 0);
export type PackContents = z.infer<typeof packContents>;

/** What the store knows of the pack that is in use under a name. */
export const currentEntry = z.strictObject({
  schemaVersion: z.literal(1),
  digest: hex,
  /** The address it came from, or `file`. */
  source: z.string().min(1),
  /** Day of the import, `YYYY-MM-DD`. */
  imported: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
});
export type CurrentEntry = z.infer<typeof currentEntry>;

/** Advisory data, whole and named by its digest. */
export type Pack = Omit<PackContents, 'schemaVersion'> & Omit<CurrentEntry, 'schemaVersion'>;

/** The bytes of `pack.json`. */
export const packText = (contents: PackContents): string => canonicalJson(contents);

export const packId = (contents: PackContents): string => sha256(packText(contents));

/** Bytes of all files together. */
export const packSize = ({ files }: Pick<Pack, 'files'>): number =>
  Object.values(files).reduce((sum, { size }) => sum + size, 0);
