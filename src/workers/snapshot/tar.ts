import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import type { RawPath } from '../../core/source/names.js';
import { ArchiveTaker, type Member, rawText } from './archive.js';
import type { Collection } from './collect.js';
import type { Stores } from './folder.js';
import { Ratio, RefusedSource } from './refused.js';

/** POSIX (pax, "ustar Interchange Format"): an archive ends with two records of zeros; without them it was cut off. */
const END_BYTES = 1024;

/** Unpacks a tar, gzipped or not, from a file or from standard input (0). Throws `RefusedSource` for a broken one. */
export async function takeTar(from: string | 0, folder: string, into: Collection, stores: Stores): Promise<void> {
  const taker = new ArchiveTaker(into, folder);
  const source = from === 0 ? process.stdin : createReadStream(from);
  // Names come as bytes: latin1 keeps each one.
  const options: Parameters<typeof extract>[0] & { filenameEncoding: 'latin1' } = { filenameEncoding: 'latin1' };
  const members = extract(options);
  const work = [feed(source, members, into.request.limits.maxRatio), takeMembers(members, taker)];
  const failures = (await Promise.allSettled(work)).flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  // One failure stops the other side too, with an error that says less.
  if (failures.length > 0) throw failures.find((error) => error instanceof RefusedSource) ?? refusalFor(failures[0]);
  taker.finish(stores);
}

async function takeMembers(members: Members, taker: ArchiveTaker): Promise<void> {
  for await (const entry of members) {
    await taker.add(memberOf(entry));
    // What was not read is skipped; a stream that is left alone would stop the archive.
    entry.resume();
  }
}

type Members = ReturnType<typeof extract>;
type TarEntry = Members extends AsyncIterable<infer T> ? T : never;

const KINDS: Readonly<Record<string, Member['kind']>> = {
  file: 'file',
  'contiguous-file': 'file',
  link: 'hardlink',
  symlink: 'link',
  directory: 'folder',
  fifo: 'special',
  'character-device': 'special',
  'block-device': 'special',
};

function memberOf(entry: TarEntry): Member {
  const { header } = entry;
  const extended = paxOf(header);
  const kind = KINDS[header.type] ?? 'unsupported';
  return {
    name: pathOf(header.name, extended['path']),
    kind: isOdd(header.size, extended, kind) ? 'unsupported' : kind,
    executable: (header.mode & 0o100) !== 0,
    size: header.size,
    target: pathOf(header.linkname ?? '', extended['linkpath']),
    chunks: chunksOf(entry),
  };
}

/** The library's streams are iterable, which its types do not tell. */
function chunksOf(entry: object): AsyncIterable<Buffer> {
  if (isChunks(entry)) return entry;
  throw new TypeError('a tar member cannot be read');
}

const isChunks = (value: object): value is AsyncIterable<Buffer> => Symbol.asyncIterator in value;

/** The extended header, as far as it holds text. */
const paxOf = ({ pax }: Header): Record<string, string> =>
  Object.fromEntries(Object.entries(pax ?? {}).filter((pair): pair is [string, string] => typeof pair[1] === 'string'));

/** An extended header holds UTF-8, which tar-stream decodes; the other fields come as latin1, a byte a character. */
const pathOf = (field: string, extended: string | undefined): RawPath =>
  extended !== undefined && extended !== '' ? rawText(extended) : field;

/** Data where none belongs, or sparse files of GNU tar, whose data are not the file's content: extractors disagree on them. */
const isOdd = (size: number, extended: Record<string, string>, kind: Member['kind']): boolean =>
  (kind !== 'file' && size > 0) || Object.keys(extended).some((key) => key.startsWith('GNU.sparse.'));

/** Hands the archive to the parser chunk by chunk. */
async function feed(source: Readable, members: Members, maxRatio: number): Promise<void> {
  try {
    const { gzipped, chunks } = await peek(source);
    await writeTo(members, endCheck(gzipped ? gunzipped(chunks, new Ratio(maxRatio)) : chunks));
  } catch (error) {
    members.destroy(error instanceof Error ? error : new Error('failed'));
    throw error;
  }
}

async function* gunzipped(chunks: AsyncIterable<Buffer>, ratio: Ratio): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  // A failure reaches the loop below through `gunzip`.
  pipeline(Readable.from(tap(chunks, (chunk) => ratio.compressed(chunk.length))), gunzip).catch(() => {});
  yield* tap(gunzip, (chunk) => ratio.expanded(chunk.length));
}

async function writeTo(members: Members, chunks: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of chunks) {
    if (members.write(chunk)) continue;
    if (!members.destroyed) await drained(members);
    if (members.destroyed) return;
  }
  members.end(undefined);
}

async function drained(members: Members): Promise<void> {
  const done = new AbortController();
  try {
    await Promise.race(['drain', 'close'].map((event) => once(members, event, { signal: done.signal })));
  } finally {
    done.abort();
  }
}

/** Whether the stream begins as gzip does (RFC 1952, 2.3.1), and the whole stream. */
async function peek(source: Readable): Promise<{ gzipped: boolean; chunks: AsyncIterable<Buffer> }> {
  const iterator: AsyncIterator<Buffer> = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    head = Buffer.concat([head, next.value]);
    if (head.length >= 2) break;
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  return { gzipped: head[0] === 0x1f && head[1] === 0x8b, chunks: all() };
}

async function* tap(chunks: AsyncIterable<Buffer>, see: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    see(chunk);
    yield chunk;
  }
}

/** Fails at the end of an archive that does not end as one. */
async function* endCheck(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let zeros = 0;
  for await (const chunk of chunks) {
    const trailing = trailingZeros(chunk);
    zeros = trailing === chunk.length ? zeros + trailing : trailing;
    yield chunk;
  }
  if (zeros < END_BYTES) throw new RefusedSource('the tar archive is cut off or empty', 'Make or fetch it again.');
}

function trailingZeros(chunk: Buffer): number {
  let start = chunk.length;
  while (start > 0 && chunk[start - 1] === 0) start -= 1;
  return chunk.length - start;
}

/** Whatever a broken archive makes the libraries throw; our own failures (such as ENOSPC) go on as they are. */
function refusalFor(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/^E[A-Z]+$/.test(code)) return error;
  return new RefusedSource(
    'not a readable tar archive',
    'It may be broken, or in another format: .tar, .tar.gz and .zip are read.',
  );
}
