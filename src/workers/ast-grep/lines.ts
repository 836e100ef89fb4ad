import type { FindingLine } from '../lib/protocol.js';
import type { Span } from './engine.js';

type Place = Required<Pick<FindingLine, 'startLine' | 'startColumn' | 'endLine' | 'endColumn'>>;

/** Turns offsets in a text into lines and columns. */
export function placer(text: string): (span: Span) => Place {
  const starts = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((end) => end.index + end[0].length)];
  return ({ start, end }) => {
    const startLine = lineAt(starts, start);
    const endLine = lineAt(starts, end);
    const column = (line: number, offset: number) => offset - (starts[line - 1] ?? 0) + 1;
    return { startLine, startColumn: column(startLine, start), endLine, endColumn: column(endLine, end) };
  };
}

/** The one-based number of the last line that starts at or before an offset. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
