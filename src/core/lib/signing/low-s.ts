/** Order of the group of P-256 (FIPS 186-5 and SP 800-186, section 3.2.1.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF = ORDER / 2n;

/**
 * (r, s) and (r, n - s) verify alike, so whoever holds no key could change the bytes of a signature and it would still be
 * good. Of the two the one with the lower s is ours. Takes and gives DER (RFC 3279, section 2.2.3), as OpenSSL writes it.
 */
export function withLowS(der: Buffer): Buffer {
  const { r, s } = parts(der);
  const value = numberOf(s);
  if (value <= HALF) return der;
  const body = Buffer.concat([integer(r), integer(bytesOf(ORDER - value))]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

/** Whether a signature that has been verified is the one of the two that `withLowS` gives. */
export const isLowS = (der: Buffer): boolean => numberOf(parts(der).s) <= HALF;

/** OpenSSL takes strict DER alone, and the lengths of P-256 fit in one byte each. */
function parts(der: Buffer): { r: Buffer; s: Buffer } {
  const end = 4 + (der[3] ?? 0);
  return { r: der.subarray(4, end), s: der.subarray(end + 2) };
}

const numberOf = (bytes: Buffer): bigint => BigInt(`0x0${bytes.toString('hex')}`);

/** Big-endian and positive: a leading zero stands where the first bit would be a sign (X.690, section 8.3). */
function bytesOf(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
}

const integer = (bytes: Buffer): Buffer => Buffer.concat([Buffer.of(2, bytes.length), bytes]);
