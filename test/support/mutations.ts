import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Numbers below `n` in a fixed series (xorshift, Marsaglia 2003). */
function series(seed: number): (n: number) => number {
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
const BYTES: Record<string, (data: Buffer, pick: Pick) => Buffer> = {
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

/** One change of a folder, and how it is taken back. */
export interface Mutation {
  what: string;
  undo: () => void;
}

/** What else a test may do to the file of this name. */
export type Others = Readonly<Record<string, (name: string, pick: Pick) => Mutation | undefined>>;

/** Changes one of the files of a folder. Undefined when that would change nothing. */
export function mutate(
  folder: string,
  files: readonly string[],
  pick: Pick,
  others: Others = {},
): Mutation | undefined {
  const one = () => files[pick(files.length)] ?? '';
  const name = one();
  const kinds = [...Object.keys(BYTES), 'delete', 'rename', 'exchange', ...Object.keys(others)];
  const kind = kinds[pick(kinds.length)] ?? '';
  if (kind === 'exchange') return exchange(folder, name, one());
  return others[kind]?.(name, pick) ?? changeFile(folder, name, kind, pick);
}

function changeFile(folder: string, name: string, kind: string, pick: Pick): Mutation | undefined {
  const path = join(folder, name);
  const what = `${kind} ${name}`;
  if (kind === 'rename') {
    renameSync(path, `${path}x`);
    return { what, undo: () => renameSync(`${path}x`, path) };
  }
  const before = readFileSync(path);
  const undo = () => writeFileSync(path, before);
  if (kind === 'delete') {
    rmSync(path);
    return { what, undo };
  }
  const after = BYTES[kind]?.(before, pick) ?? before;
  if (after.equals(before)) return undefined;
  writeFileSync(path, after);
  return { what, undo };
}

function exchange(folder: string, a: string, b: string): Mutation | undefined {
  const [first, second] = [readFileSync(join(folder, a)), readFileSync(join(folder, b))];
  if (first.equals(second)) return undefined;
  const write = (x: Buffer, y: Buffer) => {
    writeFileSync(join(folder, a), x);
    writeFileSync(join(folder, b), y);
  };
  write(second, first);
  return { what: `exchange ${a} and ${b}`, undo: () => write(first, second) };
}

/** Which of `count` mutations are not noticed; the same seed gives the same series. */
export async function unnoticed(
  { count, seed }: { count: number; seed: number },
  change: (pick: Pick) => Mutation | undefined,
  verify: () => Promise<{ intact: boolean; problems: readonly unknown[] }>,
): Promise<string[]> {
  const pick = series(seed);
  const missed: string[] = [];
  for (let tried = 0; tried < count; ) {
    const mutation = change(pick);
    if (mutation === undefined) continue;
    tried += 1;
    const { intact, problems } = await verify();
    if (intact || problems.length === 0) missed.push(mutation.what);
    mutation.undo();
  }
  return missed;
}
