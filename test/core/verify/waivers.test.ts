import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/core/lib/digest.js';
import { generateKey, type PrivateSigningKey } from '../../../src/core/lib/signing/keys.js';
import { readPolicy } from '../../../src/core/policy/default.js';
import { trustedKeys } from '../../../src/core/policy/trusted-keys.js';
import { verifyBundle } from '../../../src/core/verify/verify.js';
import { scriptedCatalog } from '../../support/catalog.js';
import { findingLine, leaves, reportText, ruleLine } from '../../support/reports.js';
import { scanWith, temporaryFolder } from '../../support/scan.js';
import { AS_OF, fileOf, signedBy, unsigned } from '../waivers/support.js';
import { signWith } from './support.js';

const author = generateKey('ed25519');
const scanner = generateKey('ed25519');

/** What a verifier takes from a policy: its text, its keys and its digest. */
function policyOf(waive: PrivateSigningKey, name = 'p', rest: object = {}) {
  const pem = (key: PrivateSigningKey) => key.public.export({ type: 'spki', format: 'pem' }).toString();
  const keys = [
    { name: 'CI', roles: ['scan'], publicKey: pem(scanner) },
    { name: 'Ann', roles: ['waive'], publicKey: pem(waive) },
  ];
  const text = JSON.stringify({ schemaVersion: 1, name, trust: { keys }, ...rest });
  const policy = readPolicy(text, 'policy.yaml');
  const trusted = trustedKeys(policy, 'policy.yaml');
  return { text, given: { keys: trusted, waiverKeys: trusted, policySha256: digestOf(policy) } };
}

const own = policyOf(author);
let bundle: string;
beforeAll(async () => {
  const folder = temporaryFolder();
  const source = join(folder, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'a.txt'), 'one\n');
  const script = leaves(reportText([findingLine({})], [ruleLine({})]));
  const catalog = await scriptedCatalog(folder, [{ id: 'one', script }]);
  const waivers = fileOf(
    signedBy(unsigned({ id: 'w-1', rule: { tool: 'one', rule: 'R1', path: 'a.txt' } }), ['waive', author]),
    signedBy(unsigned({ id: 'w-2', rule: { tool: 'one', rule: 'R1', path: 'b.txt' } }), ['waive', author]),
  );
  const policy = { file: 'policy.yaml', text: own.text };
  const exportDir = join(folder, 'out');
  const { bundle: made } = await scanWith(catalog, {
    source,
    exportDir,
    profile: 'scripted',
    policy,
    waivers,
    asOf: AS_OF,
  });
  bundle = made.folder;
  await signWith(bundle, [scanner]);
});

describe('the waivers of a bundle', () => {
  it('do not hold when the verifier trusts another author, whatever the policy of the bundle says', async () => {
    const { given } = policyOf(generateKey('ed25519'));
    const { intact, verdict, waivers, problems } = await verifyBundle(bundle, given);
    expect({ intact, verdict, waivers }).toEqual({ intact: false, verdict: null, waivers: null });
    // Nothing else: what the run did by its own policy is still as it says.
    expect(problems).toEqual([
      {
        file: 'inputs/waivers.json',
        reason: expect.stringMatching(/is by SHA256:.*, which the policy does not know/),
      },
    ]);
  });

  it('do not hold by a key that the verifier trusts for something else', async () => {
    const waiverKeys = own.given.keys.map((key) => ({ ...key, roles: ['scan'] as const }));
    const { problems } = await verifyBundle(bundle, { ...own.given, waiverKeys });
    expect(problems[0]?.reason).toMatch(/whose key has not the role `waive`/);
  });

  it('are named where they were used, with the date', async () => {
    expect(await verifyBundle(bundle, own.given)).toMatchObject({
      intact: true,
      verdict: 'pass',
      policy: { name: 'p', same: true },
      waivers: { asOf: AS_OF, used: ['w-1'] },
    });
  });

  it('may be of another policy, which is told', async () => {
    const { given } = policyOf(author, 'q', { budgets: { overall: {} } });
    const { intact, policy } = await verifyBundle(bundle, given);
    expect([intact, policy]).toEqual([true, { name: 'p', sha256: own.given.policySha256, same: false }]);
  });
});
