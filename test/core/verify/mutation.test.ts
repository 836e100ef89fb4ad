import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { writeSignatures } from '../../../src/core/attest/sign.js';
import { generateKey } from '../../../src/core/lib/signing/keys.js';
import { fullyTrusted } from '../../../src/core/policy/trusted-keys.js';
import { verifyBundle } from '../../../src/core/verify/verify.js';
import { filesIn } from '../../support/bundle.js';
import { richScan } from '../attest/support.js';
import { copier } from './support.js';

/** How many mutations are tried, and where the series begins; the same numbers give the same series. */
const COUNT = Number(process.env['VERIFY_MUTATIONS'] ?? 400);
const SEED = Number(process.env['VERIFY_SEED'] ?? 1);

const keys = [generateKey('ed25519')];
let bundle: string;
let files: string[];
beforeAll(async () => {
  const { bundle: made } = await richScan();
  bundle = copier()(made.folder);
  await writeSignatures(bundle, keys[0] ?? generateKey('ed25519'));
  files = [...filesIn(bundle).keys()];
});

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
type Pick = (n: number) => number;

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

/** One change of the bundle, and how it is taken back. Undefined when it would change nothing. */
function mutate(pick: Pick): { what: string; undo: () => void } | undefined {
  const name = files[pick(files.length)] ?? '';
  const path = join(bundle, name);
  const before = readFileSync(path);
  const kinds = [...Object.keys(BYTES), 'delete', 'rename', 'exchange'];
  const kind = kinds[pick(kinds.length)] ?? '';
  const undo = () => writeFileSync(path, before);
  if (kind === 'delete') {
    rmSync(path);
    return { what: `${kind} ${name}`, undo };
  }
  if (kind === 'rename') {
    renameSync(path, `${path}x`);
    return { what: `${kind} ${name}`, undo: () => renameSync(`${path}x`, path) };
  }
  if (kind === 'exchange') return exchange(name, files[pick(files.length)] ?? '');
  const after = BYTES[kind]?.(before, pick) ?? before;
  if (after.equals(before)) return undefined;
  writeFileSync(path, after);
  return { what: `${kind} ${name}`, undo };
}

function exchange(a: string, b: string) {
  const [first, second] = [readFileSync(join(bundle, a)), readFileSync(join(bundle, b))];
  if (first.equals(second)) return undefined;
  const write = (x: Buffer, y: Buffer) => {
    writeFileSync(join(bundle, a), x);
    writeFileSync(join(bundle, b), y);
  };
  write(second, first);
  return { what: `exchange ${a} and ${b}`, undo: () => write(first, second) };
}

it(
  `${COUNT} mutations of a signed bundle are all noticed`,
  async () => {
    const pick = series(SEED);
    const unnoticed: string[] = [];
    let tried = 0;
    while (tried < COUNT) {
      const mutation = mutate(pick);
      if (mutation === undefined) continue;
      tried += 1;
      const { intact, problems } = await verifyBundle(bundle, { keys: keys.map((one) => fullyTrusted(one, 'key')) });
      if (intact || problems.length === 0) unnoticed.push(mutation.what);
      mutation.undo();
    }
    expect(unnoticed).toEqual([]);
    expect(await verifyBundle(bundle, { keys: keys.map((one) => fullyTrusted(one, 'key')) })).toMatchObject({
      intact: true,
      verdict: 'fail',
    });
  },
  60_000 + COUNT * 1000,
);
