import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSigstoreRoot } from '../../../../src/core/lib/signing/sigstore-root.js';
import { type FakeSigstore, fakeSigstore } from '../../../support/sigstore.js';
import { refusal } from './refusal.js';

let fake: FakeSigstore;
beforeAll(async () => {
  fake = await fakeSigstore();
});
afterAll(() => fake.close());

describe('a trusted root is refused', () => {
  it.each<[string, () => string, RegExp]>([
    ['that is no JSON', () => 'x', /no trusted root of Sigstore/],
    ['that is a list', () => '[]', /names no certificate authority|no trusted root/],
    ['that is empty', () => '{}', /names no certificate authority/],
    [
      'that could not tell the time',
      () => JSON.stringify({ ...fake.trustedRoot, tlogs: [], timestampAuthorities: [] }),
      /nothing tells when a signature was made/,
    ],
    [
      'with a key that is none',
      () => JSON.stringify({ ...fake.trustedRoot, tlogs: [{ publicKey: { rawBytes: 'AAAA' } }] }),
      /no trusted root of Sigstore/,
    ],
  ])('%s', async (_, text, message) => {
    expect(await refusal(() => readSigstoreRoot(text(), 'root.json'))).toMatch(message);
  });
});
