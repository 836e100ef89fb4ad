import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeEach } from 'vitest';
import { signedAs } from '../../../src/core/attest/sign.js';
import { keysOf, signBundle } from '../../../src/core/attest/sign-bundle.js';
import { servicesAt } from '../../../src/core/lib/signing/keyless/services.js';
import { type KeylessSigner, keylessSigner } from '../../../src/core/lib/signing/keyless/signer.js';
import { tokenSource } from '../../../src/core/lib/signing/keyless/token.js';
import type { PrivateSigningKey } from '../../../src/core/lib/signing/keys.js';
import { readSigstoreRoot } from '../../../src/core/lib/signing/sigstore-root.js';
import type { TrustedIdentity } from '../../../src/core/policy/trust.js';
import type { VerifyOptions } from '../../../src/core/verify/verify.js';
import { scriptedCatalog } from '../../support/catalog.js';
import { smallSource } from '../../support/faults.js';
import { SOUND } from '../../support/reports.js';
import { scanWith } from '../../support/scan.js';
import { type FakeSigstore, fakeSigstore, ISSUER, identityToken, SUBJECT } from '../../support/sigstore.js';
import { copier, edit, recordIn } from './support.js';

/** Where the approvals of these tests are made. */
export const APPROVER = 'https://git.example.org/shop/.ci/approve.yml@refs/heads/main';

/** A fake Sigstore on loopback for the tests of one file, and what it signs. */
export async function keylessBundles() {
  const fake = await fakeSigstore();
  afterAll(() => fake.close());
  beforeEach(() => fake.failures.clear());
  const copyOf = copier();

  const signer = async (claims: object = {}, at: FakeSigstore = fake) => {
    const token = await tokenSource({ env: { SIGSTORE_ID_TOKEN: identityToken(claims) } });
    const { fulcioUrl, rekorUrl } = at;
    return keylessSigner({ token, services: servicesAt({ fulcioUrl, rekorUrl }), clock: () => new Date(), delays: [] });
  };
  const trusting = async (identities: TrustedIdentity[], root: object = fake.trustedRoot): Promise<VerifyOptions> => ({
    certificates: { root: await readSigstoreRoot(JSON.stringify(root), 'root'), identities },
  });
  const scanning = async (more: object = {}) => {
    const { folder, source, exportDir } = smallSource();
    const catalog = await scriptedCatalog(folder, [{ id: 'sound', script: SOUND }]);
    const request = { source, exportDir, profile: 'scripted', keyless: await signer(), ...more };
    return { exportDir, run: (ports?: Parameters<typeof scanWith>[2]) => scanWith(catalog, request, ports) };
  };
  /** A copy of an unsigned bundle, signed as a scan in an identity would have, and with keys. */
  const signedBy = async (unsigned: string, own: KeylessSigner, ...keys: PrivateSigningKey[]): Promise<string> => {
    const bundle = join(copyOf(join(unsigned, '..')), basename(unsigned));
    edit(bundle, join(recordIn(bundle), 'run.intoto.json'), ({ predicate }) => {
      Object.assign(Object(predicate), signedAs(keysOf({ signKeys: keys, keyless: own })));
    });
    await signBundle(bundle, { signKeys: keys, keyless: own }, join(bundle, 'kept'));
    return bundle;
  };
  return { fake, copyOf, signer, trusting, scanning, signedBy };
}

/** The identity that scans, as a policy trusts it. */
export const identity = (more: Partial<TrustedIdentity> = {}): TrustedIdentity => ({
  name: 'pipeline',
  roles: ['scan'],
  issuer: ISSUER,
  subject: SUBJECT,
  ...more,
});

/** The files of all signatures in an identity or by a key, sorted. */
export const signaturesIn = (bundle: string): string[] =>
  readdirSync(bundle, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.sigstore.json'))
    .sort();
