import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { beforeAll, describe, expect, it } from 'vitest';
import { placeOf, signatureFile, writeKeylessSignatures } from '../../../src/core/attest/sign.js';
import { servicesAt } from '../../../src/core/lib/signing/keyless/services.js';
import { keylessSigner } from '../../../src/core/lib/signing/keyless/signer.js';
import { tokenSource } from '../../../src/core/lib/signing/keyless/token.js';
import { generateKey, type PrivateSigningKey, readPrivateKey } from '../../../src/core/lib/signing/keys.js';
import { filesIn } from '../../support/bundle.js';
import { commitAll } from '../../support/cli.js';
import { temporaryFolder } from '../../support/scan.js';
import { fakeSigstore, ISSUER, identityToken, SUBJECT } from '../../support/sigstore.js';
import { copier, signWith } from '../verify/support.js';
import { richScan } from './support.js';

const SCRATCH = temporaryFolder();
const KEYS: [string, PrivateSigningKey][] = [
  ['Ed25519', generateKey('ed25519')],
  ['ECDSA P-256', generateKey('ecdsa-p256')],
  ['a key file of cosign', readPrivateKey(readFileSync('test/fixtures/cosign/cosign.key', 'utf8'), 'k', 'pass word')],
];

interface Signed {
  /** Path of the statement in the bundle. */
  path: string;
  type: string;
  subject: { name: string; digest: Record<string, string> }[];
  sigstore: string;
  dsse: string;
}

let bundle: string;
const copyOf = copier();

/** A bundle of a commit under the signatures of every key. */
beforeAll(async () => {
  const { bundle: made } = await richScan({ prepare: commitAll });
  bundle = copyOf(made.folder);
  await signWith(
    bundle,
    KEYS.map(([, key]) => key),
    ['sigstore', 'dsse'],
  );
}, 60_000);

function signedBy(key: PrivateSigningKey): Signed[] {
  return [...filesIn(bundle).keys()].flatMap((path) => {
    const place = placeOf(path);
    if (place === undefined) return [];
    const { predicateType: type, subject } = JSON.parse(readFileSync(join(bundle, path), 'utf8'));
    const [sigstore, dsse] = (['sigstore', 'dsse'] as const).map((format) =>
      join(bundle, signatureFile(place, key, format)),
    );
    return [{ path, type, subject, sigstore: sigstore ?? '', dsse: dsse ?? '' }];
  });
}

describe('@sigstore/verify', () => {
  const none = { tlogThreshold: 0, ctlogThreshold: 0, tsaThreshold: 0, timestampThreshold: 0 };
  const verifierFor = ({ public: key }: PrivateSigningKey) => {
    const publicKey = { publicKey: key, validFor: () => true };
    const root = TrustedRoot.fromJSON({ mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1' });
    return new Verifier(
      toTrustMaterial(root, () => publicKey),
      none,
    );
  };
  const entity = (text: string) => toSignedEntity(bundleFromJSON(JSON.parse(text)));

  it.each(KEYS)('refuses another key and a changed payload (%s)', (_, key) => {
    const [{ sigstore } = { sigstore: '' }] = signedBy(key);
    const text = readFileSync(sigstore, 'utf8');
    expect(() => verifierFor(generateKey(key.type)).verify(entity(text))).toThrow();
    expect(() => verifierFor(key).verify(entity(text.replace('"payload":"ey', '"payload":"fy')))).toThrow();
  });

  it.each(KEYS)('verifies every statement (%s)', (_, key) => {
    const all = signedBy(key);
    expect(all).toHaveLength(7);
    for (const { sigstore } of all) verifierFor(key).verify(entity(readFileSync(sigstore, 'utf8')));
  });
});

/** cosign of this machine: those that SECURITY_SCAN_COSIGN lists, else the first in PATH. */
const folders = (process.env['PATH'] ?? '').split(delimiter);
const inPath = folders.map((folder) => join(folder, 'cosign')).filter((path) => existsSync(path));
const COSIGNS = (process.env['SECURITY_SCAN_COSIGN'] ?? inPath[0] ?? '').split(delimiter).filter((path) => path !== '');

const NAMES = COSIGNS.length > 0 ? COSIGNS : ['skipped: none in PATH and none named by SECURITY_SCAN_COSIGN'];

describe.skipIf(COSIGNS.length === 0).each(NAMES)('real cosign (%s)', (cosign) => {
  const root = join(SCRATCH, 'empty.json');
  writeFileSync(root, '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}');

  function verify(key: PrivateSigningKey, type: string, ...args: string[]): boolean {
    const pub = join(SCRATCH, `${key.shortId}.pub`);
    writeFileSync(pub, key.public.export({ type: 'spki', format: 'pem' }));
    const options = ['verify-blob-attestation', '--insecure-ignore-tlog', '--key', pub, '--type', type];
    const { status, stderr } = spawnSync(cosign, [...options, ...args], { env: { HOME: SCRATCH }, encoding: 'utf8' });
    return status === 0 && stderr.includes('Verified OK');
  }
  /** One command for cosign 2 and 3. */
  const form = (file: string) => ['--new-bundle-format', '--trusted-root', root, '--bundle', file];

  it.each(KEYS)(
    'verifies every statement for the index and for commit and tree (%s)',
    (_, key) => {
      const index = join(bundle, 'bundle.json');
      for (const { path, type, subject, sigstore } of signedBy(key)) {
        expect([path, verify(key, type, ...form(sigstore), index)]).toEqual([path, true]);
        const { gitCommit = '', gitTree = '' } = subject.find(({ name }) => name === 'source')?.digest ?? {};
        if (path.endsWith('/run.intoto.json')) continue;
        const of = (algorithm: string, digest: string) =>
          verify(key, type, ...form(sigstore), '--digestAlg', algorithm, '--digest', digest);
        expect([path, of('gitCommit', gitCommit), of('gitTree', gitTree)]).toEqual([path, true, true]);
        expect([path, of('gitCommit', gitTree)]).toEqual([path, false]);
      }
    },
    60_000,
  );

  it.each(KEYS)(
    'verifies an envelope by itself, for the index (%s)',
    (_, key) => {
      const index = join(bundle, 'bundle.json');
      for (const { path, type, dsse } of signedBy(key))
        expect([path, verify(key, type, '--signature', dsse, index)]).toEqual([path, true]);
    },
    60_000,
  );

  it.each(KEYS)(
    'refuses another key, another type, and another file (%s)',
    (_, key) => {
      const [{ type, sigstore, dsse } = { type: '', sigstore: '', dsse: '' }] = signedBy(key);
      const index = join(bundle, 'bundle.json');
      for (const args of [form(sigstore), ['--signature', dsse]]) {
        expect(verify(generateKey(key.type), type, ...args, index)).toBe(false);
        expect(verify(key, 'https://example.org/other', ...args, index)).toBe(false);
        expect(verify(key, type, ...args, join(bundle, 'summary.json'))).toBe(false);
      }
    },
    60_000,
  );

  it('verifies keyless statements of a fake of Sigstore, by subject and issuer alone', async () => {
    const fake = await fakeSigstore();
    const token = await tokenSource({ env: { SIGSTORE_ID_TOKEN: identityToken() } });
    const own = keylessSigner({ token, services: servicesAt(fake), clock: () => new Date() });
    const copy = copyOf(bundle);
    await writeKeylessSignatures(copy, own);
    await fake.close();
    const trustedRoot = join(SCRATCH, 'trusted_root.json');
    writeFileSync(trustedRoot, JSON.stringify(fake.trustedRoot));
    const statements = [...filesIn(copy).keys()].flatMap((path) => placeOf(path) ?? []);
    for (const place of statements) {
      const { predicateType: type } = JSON.parse(readFileSync(join(copy, place.statement), 'utf8'));
      const file = join(copy, signatureFile(place, own.key, 'sigstore'));
      const ok = (subject: string, issuer: string) => {
        const whose = ['--certificate-identity', subject, '--certificate-oidc-issuer', issuer, '--type', type];
        const options = ['--new-bundle-format', '--trusted-root', trustedRoot, '--bundle', file, ...whose];
        const args = ['verify-blob-attestation', ...options, join(copy, 'bundle.json')];
        const { status, stderr } = spawnSync(cosign, args, { env: { HOME: SCRATCH }, encoding: 'utf8' });
        return status === 0 && stderr.includes('Verified OK');
      };
      expect([place.statement, ok(SUBJECT, ISSUER)]).toEqual([place.statement, true]);
      expect([ok(`${SUBJECT}x`, ISSUER), ok(SUBJECT, `${ISSUER}x`)]).toEqual([false, false]);
    }
  }, 60_000);

  it('knows the short names of the SBOM statements', () => {
    const [[, key] = ['', generateKey('ed25519')]] = KEYS;
    for (const [name, type] of [
      ['cyclonedx', 'cyclonedx'],
      ['spdx', 'spdxjson'],
    ] as const) {
      const { sigstore = '' } =
        signedBy(key).find(({ path }) => path === `attestations/sbom-${name}.intoto.json`) ?? {};
      expect(verify(key, type, ...form(sigstore), join(bundle, 'bundle.json'))).toBe(true);
    }
  });
});
