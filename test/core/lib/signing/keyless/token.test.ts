import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenSource } from '../../../../../src/core/lib/signing/keyless/token.js';
import { temporaryFolder } from '../../../../support/scan.js';
import { answers, type FakeSigstore, fakeSigstore, identityToken, SUBJECT } from '../../../../support/sigstore.js';
import { refusal } from '../refusal.js';

describe('an identity token is refused', () => {
  it.each<[string, NodeJS.ProcessEnv, string | undefined, RegExp]>([
    ['when there is none', {}, undefined, /no identity token[\s\S]*--identity-token[\s\S]*id-token: write/],
    ['from a variable that is not set', {}, 'env:NONE', /env:NONE is not set/],
    ['from a file that is not there', {}, '/none/token', /cannot be read/],
    ['that is no JWT', { SIGSTORE_ID_TOKEN: 'a.b' }, undefined, /expected a JSON Web Token/],
    ['with a payload that is no JSON', { SIGSTORE_ID_TOKEN: 'a.YQ.c' }, undefined, /expected a JSON Web Token/],
    ['without a subject', { T: identityToken({ sub: undefined }) }, 'env:T', /with a subject/],
    ['with an e-mail address that nobody verified', { T: identityToken({ email: 'a@b' }) }, 'env:T', /with a subject/],
    ['that has expired', { T: identityToken({ exp: 1 }) }, 'env:T', /the token has expired[\s\S]*Get a new one/],
  ])('%s', async (_, env, from, message) => {
    const said = await refusal(() => tokenSource({ from, env }));
    expect(said).toMatch(message);
    for (const token of Object.values(env)) expect(said).not.toContain(token);
  });
});

// Every service here is a fake on loopback; see test/support/sigstore.ts.
let fake: FakeSigstore;
beforeAll(async () => {
  fake = await fakeSigstore();
});
afterAll(() => fake.close());

describe('an identity token', () => {
  it('is read from a file', async () => {
    const file = join(temporaryFolder(), 'token');
    writeFileSync(file, `${identityToken()}\n`, { mode: 0o600 });
    expect(await (await tokenSource({ from: file, env: {} }))({})).toMatchObject({ subject: SUBJECT });
  });

  it('is asked for anew each time where GitHub Actions gives it', async () => {
    const env = { ACTIONS_ID_TOKEN_REQUEST_URL: fake.issuerUrl, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer-word' };
    const source = await tokenSource({ env: { ...env, SIGSTORE_ID_TOKEN: 'not looked at' } });
    for (const _ of [1, 2]) expect(await source({})).toMatchObject({ subject: SUBJECT });
    expect(fake.asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer bearer-word',
      'Bearer bearer-word',
    ]);
    fake.failures.set('issuer', [answers(200, '{"value":"no token"}')]);
    await expect(source({})).rejects.toThrow(/token issuer of GitHub Actions .*not of the expected form/);
  });

  it('has a verified e-mail address for its subject', async () => {
    const env = { SIGSTORE_ID_TOKEN: identityToken({ email: 'a@example.org', email_verified: true }) };
    expect(await (await tokenSource({ env }))({})).toMatchObject({
      subject: 'a@example.org',
    });
  });
});
