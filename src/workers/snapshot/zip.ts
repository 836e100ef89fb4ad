import { statSync } from 'node:fs';
import * as zlib from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { rawOf } from '../../core/source/names.js';
import { ArchiveTaker, type Member } from './archive.js';
import type { Collection } from './collect.js';
import { faulty } from './faulty.js';
import type { Stores } from './folder.js';
import { Ratio, RefusedSource } from './refused.js';

/** File types in the upper half of the external attributes, as Unix archivers store them (stat(2), S_IFMT). */
const TYPE_MASK = 0o170000;
const TYPES: ReadonlyMap<number, Member['kind']> = new Map([
  [0, 'file'],
  [0o100000, 'file'],
  [0o040000, 'folder'],
  [0o120000, 'link'],
]);
/** A link's target is read into memory. */
const MAX_TARGET = 4096;

/** Unpacks a zip. Throws `RefusedSource` for a broken one. */
export async function takeZip(path: string, folder: string, into: Collection, stores: Stores): Promise<void> {
  const taker = new ArchiveTaker(into, folder);
  const ratio = new Ratio(into.request.limits.maxRatio);
  ratio.compressed(statSync(path).size);
  const zip = await readable(openPromise(path, { decodeStrings: false, autoClose: true }));
  const entries = zip.eachEntry();
  for (let next = await readable(entries.next()); !next.done; next = await readable(entries.next())) {
    ratio.expanded(next.value.uncompressedSize);
    await taker.add(await memberOf(zip, next.value));
  }
  taker.finish(stores);
}

async function readable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch {
    throw new RefusedSource('not a readable zip archive', 'It may be broken or use features that are not supported.');
  }
}

async function memberOf(zip: ZipFile, entry: Entry): Promise<Member> {
  const attributes = entry.externalFileAttributes >>> 16;
  // With `decodeStrings: false` names come as bytes, whatever the archive says about their encoding.
  const name = rawOf(entry.fileNameRaw);
  const declared = name.endsWith('/') ? 'folder' : (TYPES.get(attributes & TYPE_MASK) ?? 'special');
  const kind = entry.canDecodeFileData() ? declared : 'unsupported';
  const chunks = contentOf(zip, entry);
  const base = { name, executable: (attributes & 0o100) !== 0, size: entry.uncompressedSize, chunks };
  if (kind !== 'link') return { ...base, kind };
  const target = await linkTarget(entry, chunks);
  return target === undefined ? { ...base, kind: 'unsupported' } : { ...base, kind, target };
}

async function linkTarget(entry: Entry, chunks: AsyncIterable<Buffer>): Promise<string | undefined> {
  if (entry.uncompressedSize > MAX_TARGET) return undefined;
  const parts: Buffer[] = [];
  try {
    for await (const chunk of chunks) parts.push(chunk);
  } catch {
    return undefined;
  }
  return rawOf(Buffer.concat(parts));
}

/** The content, opened when first asked for; an error when it is not what the directory of the archive says. */
async function* contentOf(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  let sum = 0;
  let stream: AsyncIterable<Buffer>;
  try {
    stream = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream) {
      sum = zlib.crc32(chunk, sum);
      yield chunk;
    }
  } catch (cause) {
    throw faulty('ECORRUPT', 'the data cannot be read', cause);
  }
  if (sum !== entry.crc32) throw faulty('ECORRUPT', 'the checksum differs', undefined);
}
