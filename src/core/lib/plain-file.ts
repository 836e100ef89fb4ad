import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Fault } from './errors.js';

/**
 * Opens a file that a sandboxed process left: never through a link, never a pipe or device, with at most `names` hard
 * links. Throws `Fault` code `reader`.
 */
export async function openPlainFile(path: string, names = 1): Promise<FileHandle> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw new Fault('reader', `${path} cannot be opened as a plain file`, undefined, { cause });
  }
  const stat = await file.stat();
  if (stat.isFile() && stat.nlink >= 1 && stat.nlink <= names) return file;
  await file.close();
  throw new Fault('reader', `${path} is not a plain file with ${names === 1 ? 'one link' : `at most ${names} links`}`);
}

/** The whole of a small file. Throws `Fault` when it is larger than `maxBytes`. */
export async function readPlainFile(path: string, maxBytes: number, names = 1): Promise<Buffer> {
  const file = await openPlainFile(path, names);
  try {
    const { size } = await file.stat();
    if (size > maxBytes) throw new Fault('reader', `${path} has ${size} bytes, the cap is ${maxBytes}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Longest line that is read: whoever wrote the file is not trusted to end one, and a line is held in memory whole. */
const MAX_LINE_BYTES = 2 ** 24;

/** Each line of a JSON Lines file as a value; a few lines in memory at a time. Throws `Fault` for a line without end. */
export async function* readJsonLines(path: string): AsyncGenerator<unknown> {
  for await (const values of readJsonBatches(path)) for (const value of values) yield value;
}

/** As `readJsonLines`, the lines of each piece of the file together: far cheaper for a hundred thousand lines. */
export async function* readJsonBatches(path: string): AsyncGenerator<unknown[]> {
  const file = await openPlainFile(path);
  try {
    const stream = file.createReadStream({ autoClose: false });
    for await (const lines of lineBatches(stream, path)) yield lines.map((line): unknown => JSON.parse(line));
  } finally {
    await file.close();
  }
}

/** Splits at LF alone: `readline` splits at U+2028 too, which JSON strings may hold. */
async function* lineBatches(stream: AsyncIterable<Buffer>, path: string): AsyncGenerator<string[]> {
  let rest: Buffer[] = [];
  let held = 0;
  for await (const chunk of stream) {
    const last = chunk.lastIndexOf(10);
    held += last === -1 ? chunk.length : 0;
    if (held > MAX_LINE_BYTES) throw new Fault('reader', `${path} has a line of more than ${MAX_LINE_BYTES} bytes`);
    if (last === -1) {
      rest.push(chunk);
      continue;
    }
    yield Buffer.concat([...rest, chunk.subarray(0, last)])
      .toString('utf8')
      .split('\n');
    rest = [chunk.subarray(last + 1)];
    held = chunk.length - last - 1;
  }
  const end = Buffer.concat(rest);
  if (end.length > 0) yield [end.toString('utf8')];
}
