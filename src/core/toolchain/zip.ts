import { inflateRawSync } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { installFault } from './fault.js';
import { isSafePath } from './file-list.js';

/** One file of a zip archive. */
export interface ZipMember {
  path: string;
  executable: boolean;
  size: number;
  /** The content; throws `Fault` when it is not as long as the archive says. */
  content(): AsyncIterable<Buffer>;
}

/** Bytes that an archive may expand to. */
const MOST_BYTES = 2 ** 32;
/** File types in the upper half of the external attributes, as Unix archivers store them (stat(2), S_IFMT). */
const TYPE_MASK = 0o170000;
const FILE_TYPES = [0, 0o100000];
const FOLDER_TYPE = 0o040000;
/** APPNOTE.TXT 4.4.5. */
const DEFLATED = 8;
/** Bytes of a file that is inflated in one step. */
const AT_ONCE = 2 ** 22;

/**
 * The files of a zip archive. Throws `Fault` code `toolchain` for an archive that is broken, too large when expanded, or
 * holds a name that leaves its folder, a name twice, a link or a special file.
 */
export async function* zipMembers(archive: string): AsyncGenerator<ZipMember> {
  const zip = await readable(openPromise(archive, { autoClose: false }), archive);
  try {
    const seen = new Set<string>();
    const entries = zip.eachEntry();
    let bytes = 0;
    for (
      let next = await readable(entries.next(), archive);
      !next.done;
      next = await readable(entries.next(), archive)
    ) {
      const entry = next.value;
      bytes += entry.uncompressedSize;
      checkEntry(entry, seen);
      if (bytes > MOST_BYTES) throw installFault(`an archive expands to more than ${MOST_BYTES} bytes`);
      if (!entry.fileName.endsWith('/')) yield memberOf(zip, entry);
    }
  } finally {
    zip.close();
  }
}

function checkEntry(entry: Entry, seen: Set<string>): void {
  const { fileName } = entry;
  const isFolder = fileName.endsWith('/');
  const type = (entry.externalFileAttributes >>> 16) & TYPE_MASK;
  const named = JSON.stringify(fileName.slice(0, 200));
  if (!isSafePath(isFolder ? fileName.slice(0, -1) : fileName))
    throw installFault(`an archive holds the name ${named}`);
  if (seen.has(fileName)) throw installFault(`an archive holds ${named} twice`);
  if (![...FILE_TYPES, ...(isFolder ? [FOLDER_TYPE] : [])].includes(type) || !entry.canDecodeFileData())
    throw installFault(`an archive holds ${named}, which is no plain file`);
  seen.add(fileName);
}

const memberOf = (zip: ZipFile, entry: Entry): ZipMember => ({
  path: entry.fileName,
  executable: ((entry.externalFileAttributes >>> 16) & 0o111) !== 0,
  size: entry.uncompressedSize,
  content: async function* () {
    try {
      if (entry.compressionMethod === DEFLATED && entry.uncompressedSize <= AT_ONCE) yield await inflated(zip, entry);
      else yield* await streamOf(zip, entry);
    } catch (cause) {
      throw installFault(`${entry.fileName} cannot be read from its archive`, undefined, cause);
    }
  },
});

/** A small file in one step: streams cost several times what inflating does. */
async function inflated(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of await streamOf(zip, entry, { decompress: false })) parts.push(part);
  const content = inflateRawSync(Buffer.concat(parts), { maxOutputLength: Math.max(entry.uncompressedSize, 1) });
  if (content.length !== entry.uncompressedSize) throw new Error('not as long as the archive says');
  return content;
}

const streamOf = (zip: ZipFile, entry: Entry, options = {}): Promise<AsyncIterable<Buffer>> =>
  zip.openReadStreamPromise(entry, options);

async function readable<T>(work: Promise<T>, what: string): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw installFault(`${what} is no readable zip archive: ${cause}`, undefined, cause);
  }
}
