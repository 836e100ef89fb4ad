import { fstatSync, readSync } from 'node:fs';
import * as zlib from 'node:zlib';
import { type Entry, fromFdPromise, type ZipFile } from 'yauzl';
import { openInput } from './files.js';
import { refuse } from './refuse.js';

/** Caps on an archive from outside. */
export interface ArchiveLimits {
  /** Bytes of the archive. */
  archiveBytes: number;
  entries: number;
  /** Expanded bytes of one member. */
  memberBytes: number;
  /** Expanded bytes of all members. */
  totalBytes: number;
  /** Expanded size over the size of the archive; not asked of the first 16 MiB. */
  ratio: number;
}

const FREE_BYTES = 16 * 2 ** 20;
const FOLDER = /\/$/;
const STORED = 0;
const DEFLATED = 8;

/** The plain members of a zip with their data, in the archive's order. Throws `Refusal` for an archive that does not hold. */
export async function* readZip(path: string, limits: ArchiveLimits): AsyncGenerator<{ name: string; data: Buffer }> {
  const { file, size } = await openInput(path, limits.archiveBytes);
  try {
    const zip = await readable(path, fromFdPromise(file.fd, { autoClose: false, strictFileNames: true }));
    if (zip.entryCount > limits.entries) throw refuse(path, `holds more than ${limits.entries} files`);
    let expanded = 0;
    const entries = zip.eachEntry();
    for (let next = await readable(path, entries.next()); !next.done; next = await readable(path, entries.next())) {
      const entry = next.value;
      if (FOLDER.test(entry.fileName)) continue;
      expanded += entry.uncompressedSize;
      checkCaps(path, entry, { expanded, size }, limits);
      yield { name: entry.fileName, data: await memberData(path, file.fd, zip, entry) };
    }
  } finally {
    await file.close();
  }
}

/** The library refuses absolute names, `..` and backslashes; they arrive here as errors. */
async function readable<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw refuse(path, 'is not a sound zip archive', 'It may be cut off, or hold names that escape.', cause);
  }
}

function checkCaps(
  path: string,
  entry: Entry,
  { expanded, size }: { expanded: number; size: number },
  { memberBytes, totalBytes, ratio }: ArchiveLimits,
): void {
  if (entry.uncompressedSize > memberBytes || entry.compressedSize > 2 * memberBytes)
    throw refuse(path, `holds a file of more than ${memberBytes} bytes`);
  if (expanded > totalBytes) throw refuse(path, `expands to more than ${totalBytes} bytes`);
  if (expanded > FREE_BYTES && expanded > ratio * size)
    throw refuse(path, `expands to more than ${ratio} times its size`);
}

/** Inflates by hand: a stream for each of 300,000 members would take minutes. The output is bounded before it is made. */
async function memberData(path: string, fd: number, zip: ZipFile, entry: Entry): Promise<Buffer> {
  const { fileDataStart } = await readable(path, zip.readLocalFileHeaderPromise(entry, { minimal: true }));
  const broken = (cause?: unknown) => refuse(path, 'holds a file that cannot be read', 'It may be cut off.', cause);
  // A size in a hostile header must not decide how much memory is taken.
  if (fileDataStart + entry.compressedSize > fstatSync(fd).size || entry.isEncrypted()) throw broken();
  const raw = Buffer.alloc(entry.compressedSize);
  if (readSync(fd, raw, 0, raw.length, fileDataStart) !== raw.length) throw broken();
  const data = expand(raw, entry, broken);
  if (data.length !== entry.uncompressedSize || zlib.crc32(data) !== entry.crc32) throw broken();
  return data;
}

function expand(raw: Buffer, entry: Entry, broken: (cause?: unknown) => Error): Buffer {
  if (entry.compressionMethod === STORED) return raw;
  if (entry.compressionMethod !== DEFLATED) throw broken();
  try {
    // One byte more than promised is enough to see that the promise is broken.
    return zlib.inflateRawSync(raw, { maxOutputLength: entry.uncompressedSize + 1 });
  } catch (cause) {
    throw broken(cause);
  }
}
