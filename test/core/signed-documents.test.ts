import { describe, expect, it } from 'vitest';
import { admitScan } from '../../src/core/admission.js';
import { signBlob } from '../../src/core/lib/signing/blob.js';
import { generateKey, type PrivateSigningKey } from '../../src/core/lib/signing/keys.js';
import type { ScanRequest } from '../../src/core/scan-request.js';
import { withCheckedSignatures } from '../../src/core/signed-documents.js';
import { builtCatalog } from '../support/catalog.js';

const catalog = await builtCatalog();
const key = generateKey('ecdsa-p256');
const other = generateKey('ed25519');

const text = JSON.stringify({ product: 'p', version: '1', owners: [], profiles: [{ name: 'gate', tools: ['ruff'] }] });
const manifest = { file: 'manifest.json', text };
const policyWith = (trust: object) => ({
  file: 'policy.yaml',
  text: JSON.stringify({ schemaVersion: 1, name: 'p', trust }),
});
const trusting = (one: PrivateSigningKey, ...roles: string[]) => {
  const publicKey = one.public.export({ type: 'spki', format: 'pem' }).toString();
  return { keys: [{ name: 'k', roles, publicKey }] };
};
const by = (signer: PrivateSigningKey, signed: string, trusted?: PrivateSigningKey) => ({
  document: { file: 'x.sig', text: signBlob(Buffer.from(signed), signer, 'x') },
  key: trusted,
});

const plan = async (more: Partial<ScanRequest>) => {
  const request = withCheckedSignatures({ source: '.', exportDir: 'out', manifest, ...more });
  return (await admitScan(request, catalog, () => new Date(0))).plan;
};

describe('a signed manifest is refused', () => {
  it.each<[string, Partial<ScanRequest>, RegExp]>([
    ['that was changed', { manifestSignature: by(key, `${text} `, key) }, /no signature over this file by SHA256:/],
    ['by another key', { manifestSignature: by(other, text, key) }, /no signature over this file/],
    ['when nothing says whose signature counts', { manifestSignature: by(key, text) }, /no key to check its signature/],
    [
      'by a key that has another role',
      { manifestSignature: by(key, text), policy: policyWith(trusting(key, 'scan', 'approve')) },
      /no key to check its signature/,
    ],
    [
      'that is not signed, where the policy demands it',
      { policy: policyWith({ manifestSignature: 'required' }) },
      /demands that the manifest is signed/,
    ],
    [
      'of a policy that is not what was signed',
      { policy: policyWith({}), policySignature: by(key, 'x', key) },
      /policy\.yaml: x\.sig is no signature/,
    ],
  ])('%s', async (_, more, message) => {
    await expect((async () => plan(more))()).rejects.toThrow(message);
  });

  it('before it is read', () => {
    const broken = { file: 'manifest.json', text: '{' };
    expect(() =>
      withCheckedSignatures({ source: '.', exportDir: 'out', manifest: broken, manifestSignature: by(key, 'x', key) }),
    ).toThrow(/no signature/);
  });
});

describe('a signed manifest', () => {
  it('is named with its signer in the plan', async () => {
    const required = { ...trusting(key, 'manifest'), manifestSignature: 'required' };
    const made = await plan({ policy: policyWith(required), manifestSignature: by(key, text) });
    expect(made.manifest?.signedBy).toBe(key.keyid);
    expect(made.policy.signedBy).toBeNull();
  });

  it('may stand beside a signed policy', async () => {
    const policy = policyWith({});
    const made = await plan({
      policy,
      policySignature: by(other, policy.text, other),
      manifestSignature: by(key, text, key),
    });
    expect([made.policy.signedBy, made.manifest?.signedBy]).toEqual([other.keyid, key.keyid]);
  });
});
