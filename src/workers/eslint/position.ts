/** Where something lies: one-based line and column in UTF-16 units. */
export interface Position {
  line: number;
  column: number;
}

/** Turns ESLint's positions in `text` into the report's. */
export function positionIn(text: string): (found: Position) => Position {
  const count = /[\u2028\u2029]/.test(text) ? recount(text) : (found: Position) => found;
  // ESLint counts columns after a byte-order mark; the report counts it.
  const shift = text.startsWith('\ufeff') ? 1 : 0;
  return ({ line, column }) => count({ line, column: line === 1 ? column + shift : column });
}

/** ECMAScript ends lines at U+2028 and U+2029 too (ECMA-262, 12.3); SARIF and every other tool do not. */
function recount(text: string): (found: Position) => Position {
  const theirs = lineStarts(text, /\r\n|[\n\r\u2028\u2029]/g);
  const ours = lineStarts(text, /\r\n|[\n\r]/g);
  return ({ line, column }) => {
    const offset = (theirs[line - 1] ?? 0) + column - 1;
    const after = ours.findIndex((start) => start > offset);
    const at = after === -1 ? ours.length : after;
    return { line: at, column: offset - (ours[at - 1] ?? 0) + 1 };
  };
}

function lineStarts(text: string, ends: RegExp): number[] {
  return [0, ...[...text.matchAll(ends)].map((end) => end.index + end[0].length)];
}
