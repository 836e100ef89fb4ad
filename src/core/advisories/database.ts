import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { utcTime } from './age.js';
import { hashFile, openInput } from './files.js';
import type { PackContents } from './pack.js';
import { refuse } from './refuse.js';
import { unpackTar } from './tar-reader.js';

/** The large one has 2 GB in 2026. */
const DATABASE_BYTES = 4 * 2 ** 30;
const METADATA_BYTES = 64 * 1024;

/** One scanner's database: its files, and how its form and age are told. */
interface Form {
  database: string;
  metadata: string;
  /** Throws `Error` when the database is of another form, or cut off. */
  check(header: Buffer, size: number): void;
  /** Newest data, RFC 3339; undefined when the metadata do not tell. Throws for metadata of another form. */
  newest(metadata: unknown): string | undefined;
}

const trivyMetadata = z.looseObject({ Version: z.literal(2), UpdatedAt: z.string() });
const grypeMetadata = z.looseObject({ digest: z.string().regex(/^xxh64:[0-9a-f]+$/), source: z.string().optional() });

/** bbolt: the first meta page follows a page header of 16 bytes and starts with this number. */
const BOLT_MAGIC = 0xed0cdaed;
/** https://www.sqlite.org/fileformat.html, section 1.3: magic, page size at 16, number of pages at 28. */
const SQLITE_MAGIC = 'SQLite format 3\0';

const FORMS: Readonly<Record<'trivy' | 'grype', Form>> = {
  trivy: {
    database: 'trivy.db',
    metadata: 'metadata.json',
    check: (header) => {
      if (header.length < 20 || header.readUInt32LE(16) !== BOLT_MAGIC) throw new Error('trivy.db is no database');
    },
    newest: (metadata) => trivyMetadata.parse(metadata).UpdatedAt,
  },
  grype: {
    database: 'vulnerability.db',
    metadata: 'import.json',
    check: (header, size) => {
      if (header.toString('latin1', 0, 16) !== SQLITE_MAGIC) throw new Error('vulnerability.db is no database');
      const page = header.readUInt16BE(16);
      const pages = header.readUInt32BE(28);
      if (pages * (page === 1 ? 65_536 : page) !== size) throw new Error('vulnerability.db is cut off');
    },
    // The name of the archive in the address: vulnerability-db_v6.0.2_2026-08-21T01:31:06Z_….tar.zst
    newest: (metadata) => /_(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)_/.exec(grypeMetadata.parse(metadata).source ?? '')?.[1],
  },
};

/**
 * Makes a pack of Trivy's database (schema 2: trivy.db, metadata.json) or of Grype's (schema 6: vulnerability.db,
 * import.json), from a folder or a tar that holds both, gzipped or not. `date` stands where the data tell no age.
 * Throws `Refusal`.
 */
export async function makeDatabasePack(
  kind: 'trivy' | 'grype',
  path: string,
  date: string | undefined,
  staged: string,
): Promise<PackContents> {
  const form = FORMS[kind];
  await gather(path, form, staged);
  const newest = await checked(path, form, staged);
  const told = newest ?? (date === undefined ? undefined : `${date}T00:00:00Z`);
  if (told === undefined)
    throw refuse(path, 'does not tell its age', 'Give the day of its data with --date YYYY-MM-DD.');
  const names = [form.database, form.metadata];
  const hashed = await Promise.all(names.map(async (name) => [name, await hashFile(join(staged, name))] as const));
  return { schemaVersion: 1, kind, name: kind, newest: told, count: null, files: Object.fromEntries(hashed) };
}

async function gather(path: string, { database, metadata }: Form, staged: string): Promise<void> {
  const limits = new Map([
    [database, DATABASE_BYTES],
    [metadata, METADATA_BYTES],
  ]);
  const isFolder = (await lstat(path).catch(() => undefined))?.isDirectory() === true;
  if (!isFolder) await unpackTar(path, limits, staged);
  else for (const [name, maxBytes] of limits) await copyFile(join(path, name), maxBytes, join(staged, name));
}

async function copyFile(from: string, maxBytes: number, to: string): Promise<void> {
  const { file } = await openInput(from, maxBytes);
  await file.close();
  await pipeline(createReadStream(from), createWriteStream(to, { flags: 'wx' }));
}

/** The age that the metadata tell, as UTC. */
async function checked(path: string, form: Form, staged: string): Promise<string | undefined> {
  try {
    const file = await open(join(staged, form.database), 'r');
    try {
      const header = Buffer.alloc(100);
      const { bytesRead } = await file.read(header, 0, header.length, 0);
      form.check(header.subarray(0, bytesRead), (await file.stat()).size);
    } finally {
      await file.close();
    }
    const text = form.newest(JSON.parse(await readFile(join(staged, form.metadata), 'utf8')));
    const newest = text === undefined ? undefined : utcTime(text);
    if (text !== undefined && newest === undefined) throw new Error(`${form.metadata} has no sound time`);
    return newest;
  } catch (cause) {
    const words =
      cause instanceof z.ZodError || cause instanceof SyntaxError ? `${form.metadata} is of another form` : '';
    throw refuse(path, words || (cause instanceof Error ? cause.message : 'is no database'), REMEDY, cause);
  }
}

const REMEDY =
  'Trivy: db.tar.gz of trivy-db 2, or the folder `db` of its cache. Grype: the folder `6` of its database cache.';
