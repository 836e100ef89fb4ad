import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { generateKey } from '../../../src/core/lib/signing/keys.js';
import { fullyTrusted } from '../../../src/core/policy/trusted-keys.js';
import { verifyBundle } from '../../../src/core/verify/verify.js';
import { filesIn } from '../../support/bundle.js';
import { BYTES, type Pick, series } from '../../support/mutations.js';
import { richScan } from '../attest/support.js';
import { copier, signWith } from './support.js';

/** How many mutations are tried, and where the series begins; the same numbers give the same series. */
const COUNT = Number(process.env['VERIFY_MUTATIONS'] ?? 400);
const SEED = Number(process.env['VERIFY_SEED'] ?? 1);

const keys = [generateKey('ed25519')];
let bundle: string;
let files: string[];
beforeAll(async () => {
  const { bundle: made } = await richScan();
  bundle = copier()(made.folder);
  await signWith(bundle, keys);
  files = [...filesIn(bundle).keys()];
});

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
