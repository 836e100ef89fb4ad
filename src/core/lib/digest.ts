import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { canonicalJson } from './canonical.js';

/** SHA-256 as 64 lower-case hex digits. */
export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** SHA-256 as 32 bytes. */
export const sha256Bytes = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();

/** SHA-256 of the value's RFC 8785 form. */
export const digestOf = (value: unknown): string => sha256(canonicalJson(value));

/** SHA-256 of a file, read as a stream. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
