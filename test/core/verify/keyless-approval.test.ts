import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { approve } from '../../../src/core/history/approve.js';
import type { TrustedIdentity } from '../../../src/core/policy/trust.js';
import { verifyBundle } from '../../../src/core/verify/verify.js';
import { answers, SUBJECT } from '../../support/sigstore.js';
import { APPROVER, identity, keylessBundles } from './keyless-bundles.js';
import { problemsUnder } from './support.js';

const { fake, copyOf, signer, trusting, scanning } = await keylessBundles();
const keyless = (await (await scanning()).run()).bundle.folder;

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
    expect(await problemsUnder(bundle, await demanding({}))).toBe('');
    const { approvals } = await verifyBundle(bundle, await demanding({}));
    expect(approvals.map((one) => [one.name, one.trusted, one.ownScan, one.identity?.subject])).toEqual(
      Array(2).fill(['Ada', true, false, APPROVER]),
    );
    expect(await problemsUnder(bundle, await demanding({}, 2))).toMatch(/1 of 2 approvals/);
    expect(await problemsUnder(bundle, await demanding({ subject: 'x' }))).toMatch(/0 of 1 approvals/);
    expect(await problemsUnder(bundle, await demanding({ roles: ['scan'] }))).toMatch(/0 of 1 approvals/);
  });

  it('by whoever signed the scan cannot be the only one, though the keys differ', async () => {
    const bundle = await approved(SUBJECT);
    const options = { ...(await trusting([identity({ roles: ['scan', 'approve'] })])), requireApproval: 1 };
    expect(await problemsUnder(bundle, options)).toMatch(/whoever signed the scan cannot be its only approver/);
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
