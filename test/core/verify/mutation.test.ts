import { beforeAll, expect, it } from 'vitest';
import { generateKey } from '../../../src/core/lib/signing/keys.js';
import { fullyTrusted } from '../../../src/core/policy/trusted-keys.js';
import { verifyBundle } from '../../../src/core/verify/verify.js';
import { filesIn } from '../../support/bundle.js';
import { mutate, type Pick, unnoticed } from '../../support/mutations.js';
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

const verify = () => verifyBundle(bundle, { keys: keys.map((one) => fullyTrusted(one, 'key')) });

it(
  `${COUNT} mutations of a signed bundle are all noticed`,
  async () => {
    const change = (pick: Pick) => mutate(bundle, files, pick);
    expect(await unnoticed({ count: COUNT, seed: SEED }, change, verify)).toEqual([]);
    expect(await verify()).toMatchObject({ intact: true, verdict: 'fail' });
  },
  60_000 + COUNT * 1000,
);
