import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { Refusal } from '../lib/errors.js';
import { openInput } from './files.js';
import { refuse } from './refuse.js';

const GZIP = Buffer.from([0x1f, 0x8b]);

/**
 * Unpacks the named files, all of them and no others, from a tar, gzipped or not, into a folder. `limits` gives the
 * largest size of each. Throws `Refusal` for an archive that holds anything else, or is cut off.
 */
export async function unpackTar(path: string, limits: ReadonlyMap<string, number>, into: string): Promise<void> {
  const most = [...limits.values()].reduce((sum, bytes) => sum + bytes, 0);
  const { file } = await openInput(path, most);
  const start = Buffer.alloc(2);
  await file.read(start, 0, 2, 0);
  await file.close();
  const found = new Set<string>();
  const members = extract();
  const done = takeMembers(path, members, limits, into, found);
  // Both ends fail together; the reason is the one that was refused.
  const source = createReadStream(path);
  const feed = start.equals(GZIP) ? pipeline(source, createGunzip(), members) : pipeline(source, members);
  const ends = await Promise.allSettled([done, feed]);
  const failed = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  if (failed.length > 0) throw failed.find((error) => error instanceof Refusal) ?? broken(path, failed[0]);
  const absent = [...limits.keys()].filter((name) => !found.has(name));
  if (absent.length > 0) throw refuse(path, `holds no ${absent.join(' and no ')}`, 'It may be cut off.');
}

const broken = (path: string, cause: unknown) =>
  refuse(path, 'is not a sound tar archive', 'A .tar.zst has to be unpacked first; give the folder.', cause);

async function takeMembers(
  path: string,
  members: ReturnType<typeof extract>,
  limits: ReadonlyMap<string, number>,
  into: string,
  found: Set<string>,
): Promise<void> {
  for await (const entry of members) {
    const { header } = entry;
    const name = header.name.replace(/^\.\//, '');
    const limit = limits.get(name);
    if (header.type === 'directory' && name === '') {
      entry.resume();
      continue;
    }
    if (limit === undefined || header.type !== 'file' || found.has(name))
      throw refuse(path, 'holds more than the files of a database', `Expected: ${[...limits.keys()].join(', ')}.`);
    if ((header.size ?? 0) > limit) throw refuse(path, `holds a ${name} of more than ${limit} bytes`);
    found.add(name);
    await pipeline(entry, createWriteStream(join(into, name), { flags: 'wx' }));
  }
}
