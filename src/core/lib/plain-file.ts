import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Fault } from './errors.js';

/**
 * Opens a file that a sandboxed process left: never through a link, never a pipe or device, with one link only.
 * Throws `Fault` code `reader`.
 */
export async function openPlainFile(path: string): Promise<FileHandle> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw new Fault('reader', `${path} cannot be opened as a plain file`, undefined, { cause });
  }
  const stat = await file.stat();
  if (stat.isFile() && stat.nlink === 1) return file;
  await file.close();
  throw new Fault('reader', `${path} is not a plain file with one link`);
}

/** The whole of a small file. Throws `Fault` when it is larger than `maxBytes`. */
export async function readPlainFile(path: string, maxBytes: number): Promise<Buffer> {
  const file = await openPlainFile(path);
  try {
    const { size } = await file.stat();
    if (size > maxBytes) throw new Fault('reader', `${path} has ${size} bytes, the cap is ${maxBytes}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Each line of a JSON Lines file as a value; one line in memory at a time. */
export async function* readJsonLines(path: string): AsyncGenerator<unknown> {
  const file = await openPlainFile(path);
  try {
    for await (const line of splitLines(file.createReadStream({ autoClose: false }))) yield JSON.parse(line);
  } finally {
    await file.close();
  }
}

/** Splits at LF alone: `readline` splits at U+2028 too, which JSON strings may hold. */
async function* splitLines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      yield Buffer.concat([...rest, chunk.subarray(start, end)]).toString('utf8');
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  if (rest.length > 0) yield Buffer.concat(rest).toString('utf8');
}
