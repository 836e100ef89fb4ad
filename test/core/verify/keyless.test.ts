import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signedAs } from '../../../src/core/attest/sign.js';
import { keysOf, signBundle } from '../../../src/core/attest/sign-bundle.js';
import { approve } from '../../../src/core/history/approve.js';
import { canonicalJson } from '../../../src/core/lib/canonical.js';
import { servicesAt } from '../../../src/core/lib/signing/keyless/services.js';
import { type KeylessSigner, keylessSigner } from '../../../src/core/lib/signing/keyless/signer.js';
import { tokenSource } from '../../../src/core/lib/signing/keyless/token.js';
import { generateKey, type PrivateSigningKey } from '../../../src/core/lib/signing/keys.js';
import { readSigstoreRoot } from '../../../src/core/lib/signing/sigstore-root.js';
import type { TrustedIdentity } from '../../../src/core/policy/trust.js';
import { fullyTrusted } from '../../../src/core/policy/trusted-keys.js';
import type { ScanEvent } from '../../../src/core/run.js';
import { type VerifyOptions, verifyBundle } from '../../../src/core/verify/verify.js';
import { scriptedCatalog } from '../../support/catalog.js';
import { smallSource } from '../../support/faults.js';
import { SOUND } from '../../support/reports.js';
import { scanWith } from '../../support/scan.js';
import { answers, type FakeSigstore, fakeSigstore, ISSUER, identityToken, SUBJECT } from '../../support/sigstore.js';
import { copier, edit, recordIn } from './support.js';

// Every service here is a fake on loopback; see test/support/sigstore.ts.
const key = generateKey('ed25519');
const copyOf = copier();
const APPROVER = 'https://git.example.org/shop/.ci/approve.yml@refs/heads/main';

let fake: FakeSigstore;
let other: FakeSigstore;
let unsigned: string;
/** Signed in an identity, by certificate and log. */
let keyless: string;
/** Signed by a key too. */
let both: string;
beforeAll(async () => {
  fake = await fakeSigstore();
  other = await fakeSigstore();
  unsigned = (await (await scanning({ keyless: undefined })).run()).bundle.folder;
  keyless = await signedBy(await signer());
  both = await signedBy(await signer(), key);
}, 60_000);
afterAll(() => Promise.all([fake.close(), other.close()]));
beforeEach(() => fake.failures.clear());

const signer = async (claims: object = {}, at: FakeSigstore = fake) => {
  const token = await tokenSource({ env: { SIGSTORE_ID_TOKEN: identityToken(claims) } });
  const { fulcioUrl, rekorUrl } = at;
  return keylessSigner({ token, services: servicesAt({ fulcioUrl, rekorUrl }), clock: () => new Date(), delays: [] });
};

async function scanning(more: object = {}) {
  const { folder, source, exportDir } = smallSource();
  const catalog = await scriptedCatalog(folder, [{ id: 'sound', script: SOUND }]);
  const request = { source, exportDir, profile: 'scripted', keyless: await signer(), ...more };
  return { exportDir, run: (ports?: Parameters<typeof scanWith>[2]) => scanWith(catalog, request, ports) };
}

/** A copy of the bundle of one scan, signed as a scan in an identity would have, and with keys. */
async function signedBy(own: KeylessSigner, ...keys: PrivateSigningKey[]): Promise<string> {
  const bundle = join(copyOf(join(unsigned, '..')), basename(unsigned));
  edit(bundle, join(recordIn(bundle), 'run.intoto.json'), ({ predicate }) => {
    Object.assign(Object(predicate), signedAs(keysOf({ signKeys: keys, keyless: own })));
  });
  await signBundle(bundle, { signKeys: keys, keyless: own }, join(bundle, 'kept'));
  return bundle;
}

const identity = (more: Partial<TrustedIdentity> = {}): TrustedIdentity => ({
  name: 'pipeline',
  roles: ['scan'],
  issuer: ISSUER,
  subject: SUBJECT,
  ...more,
});

const trusting = async (identities: TrustedIdentity[], root: object = fake.trustedRoot): Promise<VerifyOptions> => ({
  certificates: { root: await readSigstoreRoot(JSON.stringify(root), 'root'), identities },
});

async function problemsOf(bundle: string, options: VerifyOptions): Promise<string> {
  const { intact, problems } = await verifyBundle(bundle, options);
  expect(intact).toBe(problems.length === 0);
  return problems.map(({ file, reason }) => `${file}: ${reason}`).join('\n');
}

const signaturesIn = (bundle: string): string[] =>
  readdirSync(bundle, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.sigstore.json'))
    .sort();

interface Parts {
  verificationMaterial: {
    certificate: { rawBytes: string };
    tlogEntries?: {
      inclusionPromise: { signedEntryTimestamp: string };
      inclusionProof: { rootHash: string; checkpoint: { envelope: string } };
      integratedTime: string;
      canonicalizedBody: string;
    }[];
  };
  dsseEnvelope: { signatures: { keyid: string; sig: string }[] };
}

/** A copy of the keyless bundle whose signature over the scan was changed, in canonical form. */
function changed(change: (parts: Parts) => void): string {
  const bundle = copyOf(keyless);
  const path = join(bundle, signaturesIn(bundle).find((name) => name.includes('/scan.')) ?? '');
  const parts: Parts = JSON.parse(readFileSync(path, 'utf8'));
  change(parts);
  writeFileSync(path, canonicalJson(parts));
  return bundle;
}

const flipped = (base64: string, at = -3): string => {
  const bytes = Buffer.from(base64, 'base64');
  bytes.writeUInt8((bytes.at(at) ?? 0) ^ 1, bytes.length + at);
  return bytes.toString('base64');
};

const entryOf = ({ verificationMaterial }: Parts) => {
  const [entry] = verificationMaterial.tlogEntries ?? [];
  if (entry === undefined) throw new Error('no entry');
  return entry;
};

describe('a keyless signature does not count', () => {
  it.each<[string, TrustedIdentity[]]>([
    ['of another subject', [identity({ subject: `${SUBJECT}x` })]],
    ['of a subject that a pattern would match', [identity({ subject: '.*' })]],
    ['of the beginning of a subject', [identity({ subject: SUBJECT.slice(0, -1) })]],
    ['of another issuer', [identity({ issuer: `${ISSUER}.evil.example` })]],
    ['of an identity that is trusted for something else', [identity({ roles: ['approve'] })]],
  ])('%s', async (_, identities) => {
    const options = await trusting(identities);
    expect(await problemsOf(keyless, options)).toMatch(
      /^attestation\.intoto\.json: is not signed by a trusted key or identity$/m,
    );
    const { signedBy: found } = await verifyBundle(keyless, options);
    expect(found.map((one) => [one.trusted, one.identity?.subject])).toEqual(Array(4).fill([false, SUBJECT]));
  });

  it('under another root', async () => {
    expect(await problemsOf(keyless, await trusting([identity()], other.trustedRoot))).toMatch(
      /scan\.\w{8}\.sigstore\.json: its certificate does not hold: /,
    );
  });

  it('of another Sigstore under the root of this one', async () => {
    const bundle = await signedBy(await signer({}, other));
    expect(await problemsOf(bundle, await trusting([identity()]))).toMatch(/its certificate does not hold/);
  });

  it('when the log wrote it down after the certificate had ended', async () => {
    fake.clocks.log.setTime(fake.clocks.log.getTime() + 3_600_000);
    const bundle = await signedBy(await signer());
    fake.clocks.log.setTime(fake.clocks.log.getTime() - 3_600_000);
    expect(await problemsOf(bundle, await trusting([identity()]))).toMatch(/certificate does not hold: .*certificate/);
  });

  it.each<[string, (parts: Parts) => void, RegExp]>([
    [
      'without its log entry',
      (parts) => delete parts.verificationMaterial.tlogEntries,
      /does not hold: expected 1 timestamps, got 0/,
    ],
    [
      'with another promise of the log',
      (parts) => {
        const { inclusionPromise } = entryOf(parts);
        inclusionPromise.signedEntryTimestamp = flipped(inclusionPromise.signedEntryTimestamp);
      },
      /does not hold: inclusion promise could not be verified/,
    ],
    [
      'with another time of the log',
      (parts) => {
        const entry = entryOf(parts);
        entry.integratedTime = String(Number(entry.integratedTime) + 1);
      },
      /does not hold: inclusion promise could not be verified/,
    ],
    [
      'with another entry',
      (parts) => {
        const entry = entryOf(parts);
        entry.canonicalizedBody = flipped(entry.canonicalizedBody, -20);
      },
      /does not hold: /,
    ],
    [
      'with a checkpoint that names its log by a pattern',
      (parts) => {
        const { checkpoint } = entryOf(parts).inclusionProof;
        checkpoint.envelope = checkpoint.envelope.replace(/\u2014 \S+/, '\u2014 ((.*)*)*x');
      },
      /out of form: verificationMaterial/,
    ],
    [
      'with another signature',
      (parts) => {
        const [signature] = parts.dsseEnvelope.signatures;
        if (signature) signature.sig = flipped(signature.sig);
      },
      /does not verify with its certificate/,
    ],
    [
      'with the name of another key',
      (parts) => {
        const [signature] = parts.dsseEnvelope.signatures;
        if (signature) signature.keyid = key.keyid;
      },
      /names another key than the one that made it/,
    ],
    [
      'with bytes behind its certificate',
      ({ verificationMaterial: { certificate } }) => {
        const der = Buffer.from(certificate.rawBytes, 'base64');
        certificate.rawBytes = Buffer.concat([der, Buffer.alloc(2)]).toString('base64');
      },
      /the certificate has other bytes than those that were signed/,
    ],
    [
      'with another tree than that of its checkpoint',
      (parts) => {
        const { inclusionProof } = entryOf(parts);
        inclusionProof.rootHash = flipped(inclusionProof.rootHash);
      },
      /names another tree than its checkpoint|out of form: verificationMaterial/,
    ],
    [
      'with a certificate that is none',
      (parts) => (parts.verificationMaterial.certificate.rawBytes = 'AAAA'),
      /the key cannot be read/,
    ],
  ])('%s', async (_, change, message) => {
    expect(await problemsOf(changed(change), await trusting([identity()]))).toMatch(message);
  });

  it('under a certificate over another key, and under another one over the same key', async () => {
    const [own, stranger] = [await signer(), await signer({ sub: APPROVER })];
    const certificateOf = async (one: typeof own): Promise<string> =>
      JSON.parse(await one.sign(Buffer.from('{}'))).verificationMaterial.certificate.rawBytes;
    const foreign = await certificateOf(stranger);
    const swap = changed((parts) => (parts.verificationMaterial.certificate.rawBytes = foreign));
    expect(await problemsOf(swap, await trusting([identity()]))).toMatch(/does not verify with its certificate/);
    // The certificate is part of what its authority signed: another subject in it is another certificate.
    const forged = changed((parts) => {
      const { certificate } = parts.verificationMaterial;
      const der = Buffer.from(certificate.rawBytes, 'base64').toString('latin1').replace('scan.yml', 'evil.yml');
      certificate.rawBytes = Buffer.from(der, 'latin1').toString('base64');
    });
    expect(await problemsOf(forged, await trusting([identity({ subject: SUBJECT.replace('scan', 'evil') })]))).toMatch(
      /its certificate does not hold: /,
    );
  });

  it('when it was taken away', async () => {
    for (const file of signaturesIn(both)) {
      const bundle = copyOf(both);
      rmSync(join(bundle, file));
      const options = { ...(await trusting([identity()])), keys: [fullyTrusted(key, 'key')] };
      expect([file, await problemsOf(bundle, options)]).toEqual([file, expect.stringContaining('lacks the signature')]);
    }
  });
});

describe('without a trusted root', () => {
  it('a keyless signature is listed as not checked, and counts for nothing', async () => {
    const { intact, signedBy: found } = await verifyBundle(keyless);
    expect([intact, found.map(({ trusted, identity: whose }) => [trusted, whose])]).toEqual([
      true,
      Array(4).fill([false, null]),
    ]);
    expect(await problemsOf(keyless, { requireSignature: true })).toMatch(/is not signed by a trusted key/);
    expect(await problemsOf(keyless, { keys: [fullyTrusted(key, 'key')] })).toMatch(/is not signed by a trusted key/);
    expect(await problemsOf(both, { keys: [fullyTrusted(key, 'key')] })).toBe('');
  });

  it('it must still be by the key of its certificate', async () => {
    const bundle = changed(({ dsseEnvelope }) => {
      const [signature] = dsseEnvelope.signatures;
      if (signature) signature.sig = flipped(signature.sig);
    });
    expect(await problemsOf(bundle, {})).toMatch(/does not verify with its certificate/);
  });
});

describe('a bundle that was signed keyless', () => {
  it('is intact under the identity, and its run names the key', async () => {
    const options = await trusting([identity()]);
    const { intact, verdict, signedBy: found } = await verifyBundle(keyless, options);
    expect({ intact, verdict }).toEqual({ intact: true, verdict: 'fail' });
    const [run = ''] = readdirSync(join(keyless, 'runs'));
    const { predicate } = JSON.parse(readFileSync(join(keyless, 'runs', run, 'run.intoto.json'), 'utf8'));
    expect(predicate).toMatchObject({ signers: [found[0]?.keyid], signatureFormats: ['sigstore'] });
    expect(new Set(found.map(({ keyid }) => keyid)).size).toBe(1);
    expect(found.map((one) => [one.trusted, one.identity])).toEqual(
      Array(4).fill([true, { issuer: ISSUER, subject: SUBJECT }]),
    );
  });

  it('is taken by @sigstore/verify, statement by statement', () => {
    const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(fake.trustedRoot)));
    const policy = { subjectAlternativeName: `^${SUBJECT}$`, extensions: { issuer: ISSUER } };
    for (const file of signaturesIn(keyless)) {
      const bundle = bundleFromJSON(JSON.parse(readFileSync(join(keyless, file), 'utf8')));
      expect(verifier.verify(toSignedEntity(bundle), policy).identity?.subjectAlternativeName).toBe(SUBJECT);
    }
  });

  it('is judged by the time of the log and never by a clock', async () => {
    const at = fake.clocks.ca.getTime();
    for (const clock of [fake.clocks.ca, fake.clocks.log]) clock.setTime(at + 30 * 86_400_000);
    const bundle = await signedBy(await signer());
    for (const clock of [fake.clocks.ca, fake.clocks.log]) clock.setTime(at);
    expect(await problemsOf(bundle, await trusting([identity()]))).toBe('');
  });

  it('is intact again after a second run in the same identity, under a key of its own', async () => {
    const { folder, source, exportDir } = smallSource();
    const catalog = await scriptedCatalog(folder, [{ id: 'sound', script: SOUND }]);
    const bundles = [];
    for (const keylessOf of [await signer(), await signer()])
      bundles.push((await scanWith(catalog, { source, exportDir, profile: 'scripted', keyless: keylessOf })).bundle);
    expect(bundles.map(({ how }) => how)).toEqual(['created', 'added']);
    expect(await problemsOf(bundles[0]?.folder ?? '', await trusting([identity()]))).toBe('');
    expect(signaturesIn(bundles[0]?.folder ?? '')).toHaveLength(8);
  });
});

describe('a keyless approval', () => {
  const approved = async (subject: string) => {
    const exportDir = copyOf(join(keyless, '..'));
    const id = basename(keyless);
    for (const _ of [1, 2]) {
      const { key: own, sign } = await signer({ sub: subject });
      await approve({ exportDir, id }, { key: own, sign, comment: null }, () => new Date(0));
    }
    return join(exportDir, id);
  };
  const demanding = async (more: Partial<TrustedIdentity>, wanted = 1) => ({
    ...(await trusting([identity(), identity({ name: 'Ada', roles: ['approve'], subject: APPROVER, ...more })])),
    requireApproval: wanted,
  });

  it('counts in an identity of the role, once however often it is said', async () => {
    const bundle = await approved(APPROVER);
    expect(await problemsOf(bundle, await demanding({}))).toBe('');
    const { approvals } = await verifyBundle(bundle, await demanding({}));
    expect(approvals.map((one) => [one.name, one.trusted, one.ownScan, one.identity?.subject])).toEqual(
      Array(2).fill(['Ada', true, false, APPROVER]),
    );
    expect(await problemsOf(bundle, await demanding({}, 2))).toMatch(/1 of 2 approvals/);
    expect(await problemsOf(bundle, await demanding({ subject: 'x' }))).toMatch(/0 of 1 approvals/);
    expect(await problemsOf(bundle, await demanding({ roles: ['scan'] }))).toMatch(/0 of 1 approvals/);
  });

  it('by whoever signed the scan cannot be the only one, though the keys differ', async () => {
    const bundle = await approved(SUBJECT);
    const options = { ...(await trusting([identity({ roles: ['scan', 'approve'] })])), requireApproval: 1 };
    expect(await problemsOf(bundle, options)).toMatch(/whoever signed the scan cannot be its only approver/);
  });

  it('is not written when a service fails', async () => {
    const exportDir = copyOf(join(keyless, '..'));
    const id = basename(keyless);
    const { key: own, sign } = await signer();
    fake.failures.set('rekor', [answers(500)]);
    await expect(approve({ exportDir, id }, { key: own, sign, comment: null }, () => new Date(0))).rejects.toThrow(
      /cannot sign: Rekor/,
    );
    expect(existsSync(join(exportDir, id, 'approvals', `${own.shortId}.intoto.json`))).toBe(false);
  });
});

describe('a scan whose signature fails', () => {
  it('runs no step when there is no certificate to be had', async () => {
    fake.failures.set('fulcio', [answers(403, '{"message":"no such issuer"}')]);
    const { exportDir, run } = await scanning();
    await expect(run()).rejects.toThrow(/cannot sign: Fulcio .*403: no such issuer/);
    expect(readdirSync(exportDir)).toEqual(['.incomplete']);
  });

  it('publishes nothing, and loses nothing of what it found', async () => {
    fake.failures.set('rekor', [answers(500)]);
    const { exportDir, run } = await scanning();
    const error = await run().catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/no bundle is published.*is kept in .*\.unsigned\/.*: cannot sign: Rekor .*500/);
    expect(readdirSync(exportDir).sort()).toEqual(['.incomplete', '.unsigned']);
    const [id = ''] = readdirSync(join(exportDir, '.unsigned'));
    expect(readFileSync(join(exportDir, '.unsigned', id, 'findings.jsonl'), 'utf8')).toContain('"tool":"sound"');
    // It does not pass for signed, nor for an unsigned bundle.
    expect(await problemsOf(join(exportDir, '.unsigned', id), {})).toMatch(/lacks the signature/);
  });

  it('because it is cancelled waits for no service', async () => {
    const controller = new AbortController();
    fake.failures.set('rekor', [() => controller.abort()]);
    const { exportDir, run } = await scanning();
    await expect(run({ signal: controller.signal })).rejects.toThrow(/is kept in .*: cannot sign: Rekor .*cancelled/);
    expect(readdirSync(exportDir).sort()).toEqual(['.incomplete', '.unsigned']);
  });
});

it('a scan whose steps were cancelled is signed all the same', async () => {
  const controller = new AbortController();
  const { run } = await scanning();
  const onEvent = (event: ScanEvent) => {
    if (event.type === 'step' && event.state === 'running') controller.abort();
  };
  const { bundle, exitCode } = await run({ signal: controller.signal, onEvent });
  expect(exitCode).toBe(3);
  expect(await problemsOf(bundle.folder, await trusting([identity()]))).toBe('');
});
