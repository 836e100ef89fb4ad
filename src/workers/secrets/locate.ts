import type { Decoded } from './decode.js';

/** One-based; columns in UTF-16 units. */
export interface Place {
  line: number;
  column: number;
}

/** Maps byte offsets to places. Offsets must not decrease from call to call, so that all of a file's cost one pass. */
export function locator({ bytes, unit }: Decoded): (offset: number) => Place {
  let at = 0;
  let line = 1;
  let column = 1;
  return (offset) => {
    if (offset < at) throw new RangeError('offsets must not decrease');
    for (; at < offset; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === 0x0a) {
        line += 1;
        column = 1;
      } else if (unit === 'latin1') column += 1;
      else column += utf16Units(byte);
    }
    return { line, column };
  };
}

/** A UTF-8 sequence counts at its first byte: two units from four bytes up, else one (RFC 3629, section 3). */
function utf16Units(byte: number): number {
  if ((byte & 0xc0) === 0x80) return 0;
  return byte >= 0xf0 ? 2 : 1;
}
