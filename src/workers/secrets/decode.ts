import { isUtf8 } from 'node:buffer';

/** What is scanned: bytes whose ASCII is plain ASCII, and how a column is counted in them. */
export interface Decoded {
  bytes: Buffer;
  /** `utf8`: columns are the UTF-16 units of the decoded text; `latin1`: one unit a byte. */
  unit: 'utf8' | 'latin1';
  /** Holds NUL bytes: only tokens of a known form are looked for, in its printable runs. */
  binary: boolean;
}

/** UTF-16 without a mark is taken as such when this share of its sampled pairs has one zero byte, always on the same side. */
const UTF16_SHARE = 0.7;
const SAMPLE_BYTES = 4096;

/** Never fails: what is no Unicode text is read as Latin-1. A byte-order mark is kept, so that columns stay true. */
export function decode(raw: Buffer): Decoded {
  const wide = utf16(raw);
  if (wide !== undefined) return { bytes: Buffer.from(utf16Text(raw, wide), 'utf8'), unit: 'utf8', binary: false };
  return { bytes: raw, unit: isUtf8(raw) ? 'utf8' : 'latin1', binary: raw.includes(0) };
}

function utf16(raw: Buffer): 'le' | 'be' | undefined {
  if (raw[0] === 0xff && raw[1] === 0xfe) return 'le';
  if (raw[0] === 0xfe && raw[1] === 0xff) return 'be';
  const pairs = Math.min(raw.length, SAMPLE_BYTES) >> 1;
  if (pairs < 8) return undefined;
  let evenZeros = 0;
  let oddZeros = 0;
  for (let i = 0; i < pairs; i++) {
    if (raw[2 * i] === 0) evenZeros += 1;
    if (raw[2 * i + 1] === 0) oddZeros += 1;
  }
  if (evenZeros === 0 && oddZeros >= pairs * UTF16_SHARE) return 'le';
  if (oddZeros === 0 && evenZeros >= pairs * UTF16_SHARE) return 'be';
  return undefined;
}

function utf16Text(raw: Buffer, order: 'le' | 'be'): string {
  const even = Buffer.from(raw.subarray(0, raw.length & ~1));
  return (order === 'be' ? even.swap16() : even).toString('utf16le');
}
