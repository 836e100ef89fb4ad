import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { installFault } from './fault.js';

/** One plain file of a gzipped tar archive. Throws `Fault` code `toolchain` when there is none, or it cannot be read. */
export async function* tarMember(archive: string, wanted: string, mostBytes: number): AsyncGenerator<Buffer> {
  const members = extract();
  const source = createReadStream(archive);
  const gunzip = createGunzip();
  const fail = (cause: Error) => members.destroy(cause);
  source.on('error', fail).pipe(gunzip).on('error', fail).pipe(members);
  let found = false;
  try {
    for await (const entry of members) {
      const { name, type, size } = entry.header;
      if (name.replace(/^\.\//, '') === wanted) {
        if (type !== 'file' || found || size === undefined || size > mostBytes)
          throw installFault(`${wanted} is no plain file in the archive`);
        found = true;
        yield* chunksOf(entry);
      } else entry.resume();
    }
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'Fault') throw cause;
    throw installFault('a release archive cannot be read', undefined, cause);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
  if (!found) throw installFault(`the archive does not hold ${wanted}`);
}

/** The library's streams are iterable, which its types do not tell. */
function chunksOf(entry: object): AsyncIterable<Buffer> {
  if (isChunks(entry)) return entry;
  throw new TypeError('a tar member cannot be read');
}

const isChunks = (value: object): value is AsyncIterable<Buffer> => Symbol.asyncIterator in value;
