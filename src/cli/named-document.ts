import { readFile } from 'node:fs/promises';
import { Refusal } from '../core/lib/errors.js';
import type { NamedDocument } from '../core/lib/named-document.js';

/** Reads a file that the operator named. Throws `Refusal` when it cannot be read. */
export async function namedDocument(file: string | undefined, option: string): Promise<NamedDocument | undefined> {
  if (file === undefined) return undefined;
  try {
    return { file, text: await readFile(file) };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new Refusal('usage', [{ file, message: `${option}: cannot be read (${code})` }], { cause });
  }
}
