import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { IndexEntry } from '../bundle/staging.js';
import { Refusal } from '../lib/errors.js';
import { READER_LIMITS } from '../lib/limits.js';
import { printable } from '../lib/printable.js';
import { blobSigner } from '../lib/signing/blob.js';
import type { PublicSigningKey } from '../lib/signing/keys.js';
import { MAX_DOCUMENT, readCanonical } from '../verify/document.js';
import { type BundleFolder, bytesOf, measure, openFolder, textOf } from '../verify/folder.js';
import { type Problems, problemList, Unsound } from '../verify/problems.js';
import { INDEX, mediaTypeOf, type ShardIndex, SIGNATURE_OF_INDEX, shardSchema } from './documents.js';

/** A shard as this run has it: a copy of what its index names, checked while it was made. */
export interface TakenShard {
  /** As the operator named it. */
  path: string;
  /** SHA-256 of shard.json. */
  sha256: string;
  index: ShardIndex;
  /** The copy. */
  folder: BundleFolder;
}

/** Whoever must have signed a shard: one of these keys; without any, nobody. */
export type ShardKeys = readonly PublicSigningKey[];

/** What a shard may hold. A file of another name would be something that nobody looks at. */
const KNOWN = [
  /^(?:plan|source|outcomes|run)\.json$/,
  /^files\.jsonl$/,
  /^steps\/[a-z0-9][a-z0-9-]{0,63}\/(?:(?:findings|rules|components)\.jsonl|native\.json)$/,
  /^runs\/\d{8}T\d{6}Z-[0-9a-f]{16}\/(?:audit\.jsonl|events\.jsonl|timings\.json|logs\/[a-z0-9-]+(?:\.reader)?\.(?:stdout|stderr)\.log)$/,
];

/**
 * Copies a shard into a folder of this run's own, which must not exist: whatever happens to the original afterwards, what is
 * read is what was checked. Nothing is followed, nothing may be missing, changed, or there besides, and one of `keys`, if any,
 * must have signed the index. Throws `Refusal`.
 */
export async function takeShard(path: string, to: string, keys: ShardKeys = []): Promise<TakenShard> {
  const problems = problemList();
  const found = await openFolder(path, problems).catch((cause: unknown) => {
    throw new Refusal('bundle', [{ file: path, message: 'is no shard: it cannot be opened' }], { cause });
  });
  const index = await problems.attempt(INDEX, () => readIndex(found));
  if (index !== undefined) {
    await problems.attempt(INDEX, () => demandSigner(found, keys));
    if (problems.count() > 0) throw refusal(path, problems);
    listProblems(found, index, problems);
    for (const file of index.files) await copyOrTell(found, file, to, problems);
  }
  if (index === undefined || problems.count() > 0) throw refusal(path, problems);
  const sha256 = (await measure(found, INDEX)).sha256;
  const copy = await openFolder(to, problems);
  if (problems.count() > 0) throw refusal(path, problems);
  return { path, sha256, index, folder: copy };
}

async function readIndex(folder: BundleFolder): Promise<ShardIndex> {
  if (!folder.files.includes(INDEX)) throw new Unsound('is missing: this is no shard');
  const index = await readCanonical(folder, INDEX, shardSchema);
  const paths = index.files.map(({ path }) => path);
  if (!paths.every((path, i) => i === 0 || (paths[i - 1] ?? '') < path))
    throw new Unsound('its files are not sorted, or one is there twice');
  const strange = paths.find((path) => !KNOWN.some((form) => form.test(path)));
  if (strange !== undefined) throw new Unsound(`lists ${strange}, which no shard has`);
  const typed = index.files.find(({ path, mediaType }) => mediaType !== mediaTypeOf(path));
  if (typed !== undefined) throw new Unsound(`gives ${typed.path} a media type that it has not`);
  return index;
}

const MAX_SIGNATURE = 1 << 16;

async function demandSigner(folder: BundleFolder, keys: ShardKeys): Promise<void> {
  if (keys.length === 0) return;
  const index = Buffer.from(await textOf(folder, INDEX, MAX_DOCUMENT));
  for (const path of folder.files.filter((name) => SIGNATURE_OF_INDEX.test(name)))
    if (blobSigner(index, await textOf(folder, path, MAX_SIGNATURE), keys) !== undefined) return;
  throw new Unsound('is signed by none of the keys that --key names');
}

function listProblems({ files }: BundleFolder, index: ShardIndex, problems: Problems): void {
  const listed = new Set(index.files.map(({ path }) => path));
  const present = new Set(files);
  const isApart = (path: string) => path === INDEX || SIGNATURE_OF_INDEX.test(path);
  for (const path of files) if (!listed.has(path) && !isApart(path)) problems.add(path, 'is not listed in shard.json');
  for (const path of listed) if (!present.has(path)) problems.add(path, 'is missing');
}

/** A disk that is full is no fault of the shard's. */
export const isSystemError = (error: unknown): boolean => error instanceof Error && 'syscall' in error;

async function copyOrTell(from: BundleFolder, file: IndexEntry, to: string, problems: Problems): Promise<void> {
  try {
    await copyChecked(from, file, to);
  } catch (error) {
    if (isSystemError(error)) throw error;
    await problems.attempt(file.path, () => Promise.reject(error));
  }
}

async function copyChecked(from: BundleFolder, { path, sha256, size }: IndexEntry, to: string): Promise<void> {
  if (!from.files.includes(path)) return;
  if (size > READER_LIMITS.outputBytes) throw new Unsound(`is larger than ${READER_LIMITS.outputBytes} bytes`);
  const target = join(to, path);
  await mkdir(dirname(target), { recursive: true });
  await pipeline(Readable.from(atMost(bytesOf(from, path), size)), createWriteStream(target, { flags: 'wx' }));
  const found = from.measured.get(path);
  if (found?.size !== size) throw new Unsound(`has ${found?.size} bytes, shard.json says ${size}`);
  if (found.sha256 !== sha256) throw new Unsound('has another SHA-256 than shard.json says');
}

/** A file that grows while it is read must not fill the disk. */
async function* atMost(pieces: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let left = size;
  for await (const piece of pieces) {
    left -= piece.length;
    if (left < 0) throw new Unsound(`has more than the ${size} bytes that shard.json says`);
    yield piece;
  }
}

const refusal = (path: string, problems: Problems): Refusal =>
  new Refusal(
    'bundle',
    problems.all().map(({ file, reason }) => ({ file: printable(`${path}/${file}`, 700), message: reason })),
  );
