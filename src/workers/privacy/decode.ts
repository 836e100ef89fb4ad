import { isUtf8 } from 'node:buffer';

/** GNU gettext manual, 10.3: `.mo` files start with this number in either byte order; their strings are plain and end with NUL. */
const CATALOGUE = 0x950412de;

/**
 * The text of a file: UTF-8, else UTF-16 with a byte-order mark, else Latin-1, so that a spreadsheet export of an old
 * system is read too. Compiled gettext catalogues count as text: they name translators. `undefined` for anything else
 * that holds NUL. A mark is kept, so that columns stay true.
 */
export function decodeText(bytes: Buffer): string | undefined {
  const marked = bytes.length % 2 === 0 && bytes.length > 1;
  if (marked && bytes.readUInt16LE(0) === 0xfeff) return bytes.toString('utf16le');
  if (marked && bytes.readUInt16BE(0) === 0xfeff) return Buffer.from(bytes).swap16().toString('utf16le');
  if (bytes.length > 3 && [bytes.readUInt32LE(0), bytes.readUInt32BE(0)].includes(CATALOGUE))
    return bytes.toString('utf8');
  if (bytes.includes(0)) return undefined;
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}
