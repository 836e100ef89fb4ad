import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { approveCommand } from '../../src/cli/commands/approve.js';
import { verifyCommand } from '../../src/cli/commands/verify.js';
import { type SigningFlags, signing } from '../../src/cli/signing-options.js';
import { writeKeyPair } from '../../src/core/lib/signing/key-file.js';
import { generateKey } from '../../src/core/lib/signing/keys.js';
import { scriptedCatalog } from '../support/catalog.js';
import { runCommand } from '../support/command.js';
import { smallSource } from '../support/faults.js';
import { SOUND } from '../support/reports.js';
import { scanWith, temporaryFolder } from '../support/scan.js';
import { type FakeSigstore, fakeSigstore, ISSUER, identityToken, SUBJECT } from '../support/sigstore.js';

// Every service here is a fake on loopback; see test/support/sigstore.ts.
const FOLDER = temporaryFolder();
const ROOT = join(FOLDER, 'trusted_root.json');
const APPROVER = 'ada@example.org';
let fake: FakeSigstore;
let bundle: string;

beforeAll(async () => {
  fake = await fakeSigstore();
  writeFileSync(ROOT, JSON.stringify(fake.trustedRoot));
  await writeKeyPair(join(FOLDER, 'k'), generateKey('ed25519'), undefined);
  vi.stubEnv('TOKEN', identityToken());
  const { folder, source, exportDir } = smallSource();
  const catalog = await scriptedCatalog(folder, [{ id: 'sound', script: SOUND }]);
  const request = { source, exportDir, profile: 'scripted', ...(await signing(services())) };
  bundle = (await scanWith(catalog, request)).bundle.folder;
}, 60_000);
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});
afterAll(() => fake.close());

const services = (): SigningFlags => ({
  keyless: true,
  identityToken: 'env:TOKEN',
  fulcioUrl: fake.fulcioUrl,
  rekorUrl: fake.rekorUrl,
});

const verify = (...args: string[]) => runCommand(verifyCommand, args);
const approve = (...args: string[]) => runCommand(approveCommand, args);

const IDENTITY = ['--certificate-identity', SUBJECT, '--certificate-oidc-issuer', ISSUER];

function policyWith(trust: object): string {
  const file = join(FOLDER, `${readdirSync(FOLDER).length}.yaml`);
  writeFileSync(file, JSON.stringify({ schemaVersion: 1, name: 'p', trust }));
  return file;
}
const identity = { name: 'pipeline', roles: ['scan'], issuer: ISSUER, subject: SUBJECT };

describe('scan refuses, before anything runs', () => {
  it.each<[string, SigningFlags, RegExp]>([
    ['without a token', { keyless: true }, /there is no identity token[\s\S]*--identity-token/],
    ['a token without --keyless', { identityToken: 'env:TOKEN' }, /need --keyless/],
    ['a log without --keyless', { rekorUrl: 'https://r.example.org' }, /need --keyless/],
    ['no log without --keyless', { tlogUpload: false }, /need --keyless/],
    ['a service by http', { keyless: true, fulcioUrl: 'http://f.example.org' }, /--fulcio-url: expected an https/],
  ])('%s', async (_, flags, message) => {
    vi.stubEnv('SIGSTORE_ID_TOKEN', undefined);
    vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_URL', undefined);
    await expect(signing(flags)).rejects.toThrow(message);
  });

  it.each<[string, SigningFlags, RegExp]>([
    ['offline', { offline: true }, /--offline: keyless signing needs the network/],
    ['envelopes by themselves', { signatureFormat: 'dsse' }, /holds no certificate/],
    ['both forms', { signatureFormat: 'both' }, /holds no certificate/],
  ])('%s', async (_, flags, message) => {
    vi.stubEnv('TOKEN', identityToken());
    await expect(signing({ ...services(), ...flags })).rejects.toThrow(message);
  });

  it('a token file that the source could have brought', async () => {
    const file = join(FOLDER, 'token');
    writeFileSync(file, identityToken(), { mode: 0o600 });
    expect(await signing({ ...services(), identityToken: file })).toMatchObject({ signKeyPaths: [file] });
  });
});

describe('verify refuses', () => {
  it.each<[string, () => string[], RegExp]>([
    ['a subject without its issuer', () => ['--certificate-identity', SUBJECT], /need one another/],
    ['an issuer without a subject', () => ['--certificate-oidc-issuer', ISSUER], /need one another/],
    ['an identity without a root', () => IDENTITY, /name it with --trusted-root/],
    ['a root without an identity', () => ['--trusted-root', ROOT], /say whose signatures count/],
    [
      'a root that is none',
      () => [...IDENTITY, '--trusted-root', join(FOLDER, 'k.pub')],
      /no trusted root of Sigstore/,
    ],
    ['a root that is not there', () => [...IDENTITY, '--trusted-root', join(FOLDER, 'none')], /--trusted-root: cannot/],
    [
      'identities of a policy without a root',
      () => ['--policy', policyWith({ identities: [identity] })],
      /name it with --trusted-root/,
    ],
    [
      'an identity that stands twice in a policy',
      () => ['--policy', policyWith({ identities: [identity, { ...identity, name: 'other' }] })],
      /the identity of other is there twice/,
    ],
    [
      'an identity that may make waivers',
      () => ['--policy', policyWith({ identities: [{ ...identity, roles: ['waive'] }] })],
      /trust\.identities/,
    ],
  ])('%s', async (_, args, message) => {
    await expect(verify(bundle, ...args())).rejects.toThrow(message);
  });
});

describe('verify', () => {
  it('names the identity that signed, by options and by policy', async () => {
    const signed = `signed by ${SUBJECT} (${ISSUER})`;
    const byOptions = await verify(bundle, ...IDENTITY, '--trusted-root', ROOT, '--require-signature');
    expect([byOptions.code, byOptions.out]).toEqual([1, expect.stringContaining(signed)]);
    const policy = policyWith({ identities: [identity] });
    const byPolicy = await verify(bundle, '--policy', policy, '--trusted-root', ROOT);
    expect([byPolicy.code, byPolicy.out]).toEqual([1, expect.stringContaining(signed)]);
    expect(byPolicy.out).not.toMatch(/not checked|consistent in itself/);
  });

  it('ends with 3 for another identity', async () => {
    const other = ['--certificate-identity', `${SUBJECT}x`, '--certificate-oidc-issuer', ISSUER];
    const { code, out } = await verify(bundle, ...other, '--trusted-root', ROOT);
    expect([code, out]).toEqual([3, expect.stringMatching(/is not signed by a trusted key or identity/)]);
  });

  it('says that it did not check a certificate without a root', async () => {
    const { out } = await verify(bundle);
    expect(out).toMatch(/scan\.\w{8}\.sigstore\.json: not checked[\s\S]*consistent in itself and no more/);
  });
});

describe('approve', () => {
  it.each([
    ['without a key', [], /name your key with --key, or sign in your identity with --keyless/],
    ['with both', ['--key', join(FOLDER, 'k.key'), '--keyless'], /name your key with --key, or sign/],
    ['with a token alone', ['--identity-token', 'env:TOKEN'], /need --keyless/],
  ])('is refused %s', async (_, args, message) => {
    vi.stubEnv('TOKEN', identityToken());
    const token = args.includes('--keyless') ? ['--identity-token', 'env:TOKEN'] : [];
    await expect(approve(bundle, ...args, ...token)).rejects.toThrow(message);
  });

  it('signs in an identity, which verify takes for an approver', async () => {
    const exportDir = join(FOLDER, 'out');
    cpSync(join(bundle, '..'), exportDir, { recursive: true, verbatimSymlinks: true });
    const copy = join(exportDir, bundle.slice(bundle.lastIndexOf('/') + 1));
    vi.stubEnv('TOKEN', identityToken({ sub: APPROVER }));
    const at = ['--identity-token', 'env:TOKEN', '--fulcio-url', fake.fulcioUrl, '--rekor-url', fake.rekorUrl];
    expect(await approve(copy, '--keyless', ...at)).toMatchObject({
      code: 0,
      out: expect.stringContaining('approved by'),
    });
    expect(existsSync(join(copy, 'approvals'))).toBe(true);
    const identities = [identity, { name: 'Ada', roles: ['approve'], issuer: ISSUER, subject: APPROVER }];
    const policy = policyWith({ identities });
    const { code, out } = await verify(copy, '--policy', policy, '--trusted-root', ROOT, '--require-approval');
    expect([code, out]).toEqual([1, expect.stringContaining(`approved by Ada (${APPROVER} (${ISSUER}))`)]);
  });
});
