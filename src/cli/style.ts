import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Colours text for a stream, when it is a terminal that wants colours (NO_COLOR, https://no-color.org). */
export function painter(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv = process.env) {
  const wanted = stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return (format: Format, text: string): string => (wanted ? styleText(format, text) : text);
}

export type Paint = ReturnType<typeof painter>;

/** Rows as columns that line up; the last column is not padded. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
