import { crc32 } from 'node:zlib';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECK_LENGTH = 6;

/**
 * Whether the last six characters are the base-62 CRC-32 of those between prefix and check, as GitHub
 * ("Behind GitHub's new authentication token formats", 2021) and npm issue them.
 */
export function crcHolds(token: string): boolean {
  const body = token.slice(token.indexOf('_') + 1);
  return body.slice(-CHECK_LENGTH) === crcOf(body.slice(0, -CHECK_LENGTH));
}

/** The six check characters for a token's random part. */
export function crcOf(random: string): string {
  let rest = crc32(random);
  let digits = '';
  for (; rest > 0; rest = Math.floor(rest / 62)) digits = BASE62.charAt(rest % 62) + digits;
  return digits.padStart(CHECK_LENGTH, '0');
}
