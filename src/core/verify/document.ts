import type { z } from 'zod';
import { canonicalJson } from '../lib/canonical.js';
import { type BundleFolder, textOf } from './folder.js';
import { Unsound } from './problems.js';

/** No document of a bundle is as large, but for statements and an index of very many files. */
export const MAX_DOCUMENT = 2 ** 26;

/** Of the file of a signature: the base64 of a statement of `MAX_DOCUMENT`. */
export const MAX_SIGNATURE = 2 * MAX_DOCUMENT;

/**
 * A document in its RFC 8785 form. That the bytes are those of the canonical form also refuses duplicate keys, which one
 * reader may take the first of and another the last. Throws `Unsound` or `ZodError`.
 */
export async function readCanonical<T>(folder: BundleFolder, path: string, schema: z.ZodType<T>): Promise<T> {
  return parseCanonical(await textOf(folder, path, MAX_DOCUMENT), schema);
}

export function parseCanonical<T>(text: string, schema: z.ZodType<T>): T {
  const value = parseJson(text);
  if (canonicalJson(value) !== text) throw new Unsound('is not canonical JSON (RFC 8785), or has a key twice');
  return schema.parse(value);
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unsound('is not JSON');
  }
}
