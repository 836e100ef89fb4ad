import { createHash } from 'node:crypto';
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../lib/errors.js';
import { openPlainFile } from '../lib/plain-file.js';
import { type Problems, Unsound } from './problems.js';

/** Far above what a bundle has; a hostile one must not fill memory. */
const MAX_FILES = 100_000;
const MAX_DEPTH = 16;
/** Bytes asked for at one time. More makes lists of lines that outlive young garbage: 1 MiB took twice the memory and no less time. */
const CHUNK = 1 << 17;
/** A line is held in memory whole. A finding has some kilobytes; the line with all rules of a SARIF run may have megabytes. */
const MAX_LINE = 2 ** 24;

export interface Measured {
  sha256: string;
  size: number;
}

/**
 * The folder under check: what is in it, and what was measured of it while it was read. Every later reading of a file must
 * give the same bytes, so whoever goes on with the same value uses what was checked.
 */
export interface BundleFolder {
  root: string;
  /** Relative paths of all files, sorted. */
  files: readonly string[];
  measured: Map<string, Measured>;
}

/** Lists a bundle without following links; whatever is neither folder nor file is a problem. */
export async function openFolder(path: string, problems: Problems): Promise<BundleFolder> {
  const root = await realpath(path);
  const files: string[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH) throw new Unsound(`folders are nested more than ${MAX_DEPTH} deep`);
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) await visit(name, depth + 1);
      else if (entry.isFile()) files.push(name);
      else problems.add(name, entry.isSymbolicLink() ? 'is a link' : 'is no plain file');
      if (files.length > MAX_FILES) throw new Unsound(`holds more than ${MAX_FILES} files`);
    }
  };
  await problems.attempt('.', () => visit('', 0));
  return { root, files: files.sort(), measured: new Map() };
}

/**
 * The bytes of a file in pieces, from `start` up to and without `end`. What is read whole is measured on the way. Throws
 * `Fault` at the end of a file that is another one than when it was first read.
 */
export async function* bytesOf(folder: BundleFolder, path: string, start = 0, end = Infinity): AsyncGenerator<Buffer> {
  const file = await openPlainFile(join(folder.root, path));
  const hash = createHash('sha256');
  let at = start;
  const readPiece = () => {
    const reading = file.read(Buffer.allocUnsafe(CHUNK), 0, Math.max(0, Math.min(CHUNK, end - at)), at);
    // Looked at later: until then a failure must not count as one that nobody handles.
    reading.catch(() => {});
    return reading;
  };
  // One piece ahead: the disk works while the piece before is used.
  let ahead = readPiece();
  try {
    for (let read = await ahead; read.bytesRead > 0; read = await ahead) {
      const piece = read.buffer.subarray(0, read.bytesRead);
      at += piece.length;
      ahead = readPiece();
      if (start === 0 && end === Infinity) hash.update(piece);
      yield piece;
    }
  } finally {
    await ahead.catch(() => {});
    await file.close();
  }
  if (start === 0 && end === Infinity) keep(folder, path, { sha256: hash.digest('hex'), size: at });
}

/** Whoever can write to the folder could show one file to the check and another to what follows it. */
function keep({ measured }: BundleFolder, path: string, now: Measured): void {
  const before = measured.get(path);
  if (before !== undefined && before.sha256 !== now.sha256)
    throw new Fault('bundle', `${path} was changed while the bundle was in use`, 'Look at it, then try again.');
  measured.set(path, now);
}

/** The whole of a file of at most `maxBytes`, as text. Throws `Unsound` when it is larger or no UTF-8. */
export const textOf = async (folder: BundleFolder, path: string, maxBytes: number): Promise<string> =>
  decode(await wholeOf(folder, path, maxBytes));

/** The whole of a file of at most `maxBytes`. Throws `Unsound` when it is larger. */
export async function wholeOf(folder: BundleFolder, path: string, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of bytesOf(folder, path)) {
    size += piece.length;
    if (size > maxBytes) throw new Unsound(`has more than ${maxBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** The lines of a JSON Lines file, those of one piece together. Throws `Unsound` for a last line that is cut off. */
export async function* linesOf(folder: BundleFolder, path: string): AsyncGenerator<string[]> {
  let rest = Buffer.alloc(0);
  for await (const piece of bytesOf(folder, path)) {
    const last = piece.lastIndexOf(10);
    if (last >= 0) yield decode(Buffer.concat([rest, piece.subarray(0, last)])).split('\n');
    rest = last < 0 ? Buffer.concat([rest, piece]) : Buffer.from(piece.subarray(last + 1));
    if (rest.length > MAX_LINE) throw new Unsound(`has a line of more than ${MAX_LINE} bytes`);
  }
  if (rest.length > 0) throw new Unsound('its last line is cut off');
}

/** SHA-256 and size, from what was read already or from a reading of its own. */
export async function measure(folder: BundleFolder, path: string): Promise<Measured> {
  for await (const _ of folder.measured.has(path) ? [] : bytesOf(folder, path));
  return folder.measured.get(path) ?? { sha256: '', size: 0 };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes that are no UTF-8 must not become other text that then passes for sound. */
function decode(data: Buffer): string {
  try {
    return UTF8.decode(data);
  } catch {
    throw new Unsound('is not UTF-8');
  }
}
