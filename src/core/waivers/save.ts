import { randomUUID } from 'node:crypto';
import { chmod, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Refusal } from '../lib/errors.js';

/** Bytes of a file that the operator named; undefined when there is none. Throws `Refusal` when it cannot be read. */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw refuse(file, `cannot be read (${codeOf(cause)})`, cause);
  }
}

/**
 * Replaces a file, whole or not at all; a link is followed, the mode stays. Throws `Refusal` when it is no longer what
 * was read `before`, so that nobody's entry is lost.
 */
export async function replaceFile(file: string, text: string, before: Buffer | undefined): Promise<void> {
  const now = await readIfThere(file);
  if (!(before === undefined ? now === undefined : now?.equals(before)))
    throw refuse(file, 'was changed by somebody else meanwhile');
  const path = now === undefined ? file : await realpath(file);
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeNew(temporary, text);
    if (now !== undefined) await chmod(temporary, (await stat(path)).mode & 0o777);
    await rename(temporary, path);
    await sync(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true });
    throw refuse(file, `cannot be written (${codeOf(cause)})`, cause);
  }
}

async function writeNew(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

const refuse = (file: string, message: string, cause?: unknown): Refusal =>
  new Refusal('usage', [{ file, message }], { cause });
