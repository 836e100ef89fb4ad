import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/core/lib/canonical.js';
import { generateKey } from '../../../src/core/lib/signing/keys.js';
import type { TrustedIdentity } from '../../../src/core/policy/trust.js';
import { fullyTrusted } from '../../../src/core/policy/trusted-keys.js';
import { verifyBundle } from '../../../src/core/verify/verify.js';
import { scriptedCatalog } from '../../support/catalog.js';
import { smallSource } from '../../support/faults.js';
import { SOUND } from '../../support/reports.js';
import { scanWith } from '../../support/scan.js';
import { ISSUER, SUBJECT } from '../../support/sigstore.js';
import { APPROVER, identity, keylessBundles, signaturesIn } from './keyless-bundles.js';
import { problemsUnder } from './support.js';

const key = generateKey('ed25519');
const { fake, copyOf, signer, trusting, scanning, signedBy } = await keylessBundles();
const unsigned = (await (await scanning({ keyless: undefined })).run()).bundle.folder;
const { fake: other } = await keylessBundles();
/** Signed in an identity, by certificate and log. */
const keyless = await signedBy(unsigned, await signer());
/** Signed by a key too. */
const both = await signedBy(unsigned, await signer(), key);

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
    expect(await problemsUnder(keyless, options)).toMatch(
      /^attestation\.intoto\.json: is not signed by a trusted key or identity$/m,
    );
    const { signedBy: found } = await verifyBundle(keyless, options);
    expect(found.map((one) => [one.trusted, one.identity?.subject])).toEqual(Array(4).fill([false, SUBJECT]));
  });

  it('under another root', async () => {
    expect(await problemsUnder(keyless, await trusting([identity()], other.trustedRoot))).toMatch(
      /scan\.\w{8}\.sigstore\.json: its certificate does not hold: /,
    );
  });

  it('of another Sigstore under the root of this one', async () => {
    const bundle = await signedBy(unsigned, await signer({}, other));
    expect(await problemsUnder(bundle, await trusting([identity()]))).toMatch(/its certificate does not hold/);
  });

  it('when the log wrote it down after the certificate had ended', async () => {
    fake.clocks.log.setTime(fake.clocks.log.getTime() + 3_600_000);
    const bundle = await signedBy(unsigned, await signer());
    fake.clocks.log.setTime(fake.clocks.log.getTime() - 3_600_000);
    expect(await problemsUnder(bundle, await trusting([identity()]))).toMatch(
      /certificate does not hold: .*certificate/,
    );
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
    expect(await problemsUnder(changed(change), await trusting([identity()]))).toMatch(message);
  });

  it('under a certificate over another key, and under another one over the same key', async () => {
    const [own, stranger] = [await signer(), await signer({ sub: APPROVER })];
    const certificateOf = async (one: typeof own): Promise<string> =>
      JSON.parse(await one.sign(Buffer.from('{}'))).verificationMaterial.certificate.rawBytes;
    const foreign = await certificateOf(stranger);
    const swap = changed((parts) => (parts.verificationMaterial.certificate.rawBytes = foreign));
    expect(await problemsUnder(swap, await trusting([identity()]))).toMatch(/does not verify with its certificate/);
    // The certificate is part of what its authority signed: another subject in it is another certificate.
    const forged = changed((parts) => {
      const { certificate } = parts.verificationMaterial;
      const der = Buffer.from(certificate.rawBytes, 'base64').toString('latin1').replace('scan.yml', 'evil.yml');
      certificate.rawBytes = Buffer.from(der, 'latin1').toString('base64');
    });
    expect(
      await problemsUnder(forged, await trusting([identity({ subject: SUBJECT.replace('scan', 'evil') })])),
    ).toMatch(/its certificate does not hold: /);
  });

  it('when it was taken away', async () => {
    for (const file of signaturesIn(both)) {
      const bundle = copyOf(both);
      rmSync(join(bundle, file));
      const options = { ...(await trusting([identity()])), keys: [fullyTrusted(key, 'key')] };
      expect([file, await problemsUnder(bundle, options)]).toEqual([
        file,
        expect.stringContaining('lacks the signature'),
      ]);
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
    expect(await problemsUnder(keyless, { requireSignature: true })).toMatch(/is not signed by a trusted key/);
    expect(await problemsUnder(keyless, { keys: [fullyTrusted(key, 'key')] })).toMatch(
      /is not signed by a trusted key/,
    );
    expect(await problemsUnder(both, { keys: [fullyTrusted(key, 'key')] })).toBe('');
  });

  it('it must still be by the key of its certificate', async () => {
    const bundle = changed(({ dsseEnvelope }) => {
      const [signature] = dsseEnvelope.signatures;
      if (signature) signature.sig = flipped(signature.sig);
    });
    expect(await problemsUnder(bundle, {})).toMatch(/does not verify with its certificate/);
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
    const bundle = await signedBy(unsigned, await signer());
    for (const clock of [fake.clocks.ca, fake.clocks.log]) clock.setTime(at);
    expect(await problemsUnder(bundle, await trusting([identity()]))).toBe('');
  });

  it('is intact again after a second run in the same identity, under a key of its own', async () => {
    const { folder, source, exportDir } = smallSource();
    const catalog = await scriptedCatalog(folder, [{ id: 'sound', script: SOUND }]);
    const bundles = [];
    for (const keylessOf of [await signer(), await signer()])
      bundles.push((await scanWith(catalog, { source, exportDir, profile: 'scripted', keyless: keylessOf })).bundle);
    expect(bundles.map(({ how }) => how)).toEqual(['created', 'added']);
    expect(await problemsUnder(bundles[0]?.folder ?? '', await trusting([identity()]))).toBe('');
    expect(signaturesIn(bundles[0]?.folder ?? '')).toHaveLength(8);
  });
});
