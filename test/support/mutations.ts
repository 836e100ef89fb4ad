/** Numbers below `n` in a fixed series (xorshift, Marsaglia 2003). */
export function series(seed: number): (n: number) => number {
  let state = seed | 0 || 1;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}
export type Pick = (n: number) => number;

const spliced = (data: Buffer, at: number, remove: number, insert: Buffer): Buffer =>
  Buffer.concat([data.subarray(0, at), insert, data.subarray(at + remove)]);

function onLines(data: Buffer, change: (lines: string[]) => string[]): Buffer {
  return Buffer.from(change(data.toString('latin1').split('\n')).join('\n'), 'latin1');
}

/** Each gives other bytes for a file, or the same ones when it cannot change it. */
export const BYTES: Record<string, (data: Buffer, pick: Pick) => Buffer> = {
  flip: (data, pick) => {
    const at = pick(data.length);
    return spliced(data, at, 1, Buffer.of((data[at] ?? 0) ^ (1 << pick(8))));
  },
  insert: (data, pick) => spliced(data, pick(data.length + 1), 0, Buffer.of(pick(256))),
  blank: (data, pick) => spliced(data, pick(data.length + 1), 0, Buffer.from(pick(2) === 0 ? ' ' : '\n')),
  remove: (data, pick) => spliced(data, pick(data.length), 1, Buffer.alloc(0)),
  swap: (data, pick) => {
    const at = pick(data.length - 1);
    return spliced(data, at, 2, Buffer.of(data[at + 1] ?? 0, data[at] ?? 0));
  },
  cut: (data, pick) => data.subarray(0, pick(data.length)),
  'drop a line': (data, pick) => onLines(data, (lines) => lines.toSpliced(pick(lines.length), 1)),
  'repeat a line': (data, pick) =>
    onLines(data, (lines) => {
      const at = pick(lines.length);
      return lines.toSpliced(at, 0, lines[at] ?? '');
    }),
  'swap two lines': (data, pick) =>
    onLines(data, (lines) => {
      const [a, b] = [pick(lines.length), pick(lines.length)];
      return lines.with(a, lines[b] ?? '').with(b, lines[a] ?? '');
    }),
};
