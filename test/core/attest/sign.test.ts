import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { placeOf, writeSignatures } from '../../../src/core/attest/sign.js';
import { bundleSubject, RUN_PREDICATE, SCAN_PREDICATE, statement } from '../../../src/core/attest/statement.js';
import { canonicalJson } from '../../../src/core/lib/canonical.js';
import { sha256 } from '../../../src/core/lib/digest.js';
import { signersOf } from '../../../src/core/lib/signing/dsse.js';
import { generateKey, KEY_TYPES, type PrivateSigningKey } from '../../../src/core/lib/signing/keys.js';
import { sigstoreBundleSchema } from '../../../src/core/lib/signing/sigstore-bundle.js';
import { temporaryFolder } from '../../support/scan.js';

const SCRATCH = temporaryFolder();
const COMMIT = 'a'.repeat(40);
const RUN = 'runs/20260101T000000Z-0123456789abcdef';
const INDEX = '{"files":[],"schemaVersion":1}';

/** A staged bundle of nothing but an index and its two statements. */
function staged(): string {
  const folder = mkdtempSync(join(SCRATCH, 's-'));
  mkdirSync(join(folder, RUN), { recursive: true });
  const index = bundleSubject(sha256(INDEX));
  const source = { name: 'source', digest: { gitCommit: COMMIT } };
  writeFileSync(join(folder, 'bundle.json'), INDEX);
  const write = (path: string, value: object) => writeFileSync(join(folder, path), canonicalJson(value));
  write('attestation.intoto.json', statement([source, index], SCAN_PREDICATE, { verdict: 'pass' }));
  write(`${RUN}/run.intoto.json`, statement([index], RUN_PREDICATE, { run: 'r' }));
  return folder;
}

async function signed(key: PrivateSigningKey) {
  const folder = staged();
  const files = await writeSignatures(folder, key);
  const [scan = '', run = ''] = files.map((file) => join(folder, file));
  return { folder, files, scan, run };
}

describe('signing', () => {
  it('refuses a statement that is a link', async () => {
    const folder = mkdtempSync(join(SCRATCH, 'l-'));
    execFileSync('/bin/ln', ['-s', '/etc/hostname', join(folder, 'attestation.intoto.json')]);
    await expect(writeSignatures(folder, generateKey('ed25519'))).rejects.toThrow(/plain file/);
  });

  it('never writes over a signature', async () => {
    const key = generateKey('ed25519');
    const { folder } = await signed(key);
    await expect(writeSignatures(folder, key)).rejects.toThrow(/EEXIST/);
  });

  it.each([
    'attestations/Scan.intoto.json',
    'attestations/scan.intoto.json',
    'attestations/a/b.intoto.json',
    'x.intoto.json',
  ])('knows no place for %s', (path) => {
    expect(placeOf(path)).toBeUndefined();
  });

  it.each(KEY_TYPES)(
    'covers the exact bytes of each statement, in the layout of Sigstore bundle v0.3 (%s)',
    async (type) => {
      const key = generateKey(type);
      const { folder, files } = await signed(key);
      expect(files).toEqual([
        `signatures/scan.${key.shortId}.sigstore.json`,
        `${RUN}/run.${key.shortId}.sigstore.json`,
      ]);
      for (const [i, name] of ['attestation.intoto.json', `${RUN}/run.intoto.json`].entries()) {
        const text = readFileSync(join(folder, files[i] ?? ''), 'utf8');
        const bundle = sigstoreBundleSchema.parse(JSON.parse(text));
        expect(canonicalJson(bundle)).toBe(text);
        expect(bundle).toEqual({
          mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
          verificationMaterial: { publicKey: { hint: key.hint } },
          dsseEnvelope: {
            payload: readFileSync(join(folder, name)).toString('base64'),
            payloadType: 'application/vnd.in-toto+json',
            signatures: [{ keyid: key.keyid, sig: expect.any(String) }],
          },
        });
        expect(signersOf(bundle.dsseEnvelope, [key])).toEqual([key]);
      }
    },
  );

  it('gives the same bytes each time with Ed25519', async () => {
    const key = generateKey('ed25519');
    const [a, b] = [await signed(key), await signed(key)];
    expect(readFileSync(a.scan)).toEqual(readFileSync(b.scan));
  });
});
