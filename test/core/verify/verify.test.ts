import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateKey } from '../../../src/core/lib/signing/keys.js';
import { fullyTrusted } from '../../../src/core/policy/trusted-keys.js';
import { lockedTools } from '../../../src/core/verify/lock.js';
import { verifyBundle } from '../../../src/core/verify/verify.js';
import { builtCatalog } from '../../support/catalog.js';
import { temporaryFolder } from '../../support/scan.js';
import { bundlesBy, copier, problemsByKeys, recordIn, resign, smallBundle, text } from './support.js';

const key = generateKey('ed25519');
const other = generateKey('ed25519');
const p256 = generateKey('ecdsa-p256');
const copyOf = copier();

let unsigned: string;
let signed: string;
beforeAll(async () => {
  ({ unsigned, signed } = await bundlesBy(key, copyOf));
});

const problemsOf = (bundle: string, keys = [key]) => problemsByKeys(bundle, keys);

describe('an intact bundle', () => {
  it('has the verdict that its findings give', async () => {
    const by = { keyid: key.keyid, identity: null, trusted: true };
    const file = (folder: string, name: string) => `${folder}/${name}.${key.shortId}.sigstore.json`;
    expect(await verifyBundle(signed, { keys: [fullyTrusted(other, 'other'), fullyTrusted(key, 'key')] })).toEqual({
      intact: true,
      verdict: 'fail',
      problems: [],
      approvals: [],
      policy: { name: expect.any(String), sha256: expect.stringMatching(/^[0-9a-f]{64}$/), same: null },
      waivers: null,
      signedBy: [
        { statement: `${recordIn(signed)}/run.intoto.json`, signature: file(recordIn(signed), 'run'), ...by },
        { statement: 'attestation.intoto.json', signature: file('signatures', 'scan'), ...by },
        ...['test-result', 'vsa'].map((name) => ({
          statement: `attestations/${name}.intoto.json`,
          signature: file('signatures', name),
          ...by,
        })),
      ],
    });
  });

  it('may be unsigned, hold an error, and be named through a link', async () => {
    const failed = await smallBundle({ failing: true });
    const link = join(temporaryFolder(), 'latest');
    symlinkSync(failed, link);
    expect(await verifyBundle(link)).toMatchObject({
      intact: true,
      verdict: 'error',
      problems: [],
      signedBy: [],
      approvals: [],
    });
  });

  it('may be signed by ECDSA, and by several keys of which one is trusted', async () => {
    const bundle = copyOf(signed);
    await resign(bundle, key, p256);
    expect(await problemsOf(bundle, [p256])).toBe('');
    expect(await problemsOf(bundle, [key])).toBe('');
    const { signedBy } = await verifyBundle(bundle);
    expect(signedBy.map(({ trusted }) => trusted)).toEqual(Array(8).fill(false));
  });

  it('is held against a lock', async () => {
    const lock = lockedTools(await builtCatalog());
    const { problems } = await verifyBundle(unsigned, { lock });
    expect(problems.map(({ reason }) => reason)).toEqual([expect.stringMatching(/ran with digest .* not in the lock/)]);
    const plan = JSON.parse(text(unsigned, 'inputs/plan.json'));
    const own = new Map<string, string[]>();
    for (const { tool, digest } of plan.steps) own.set(tool, [digest]);
    expect((await verifyBundle(unsigned, { lock: own })).intact).toBe(true);
  });
});
