import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../../../../src/core/lib/errors.js';
import { servicesAt } from '../../../../../src/core/lib/signing/keyless/services.js';
import { type KeylessOptions, keylessSigner } from '../../../../../src/core/lib/signing/keyless/signer.js';
import { tokenSource } from '../../../../../src/core/lib/signing/keyless/token.js';
import { sigstoreBundleSchema } from '../../../../../src/core/lib/signing/sigstore-bundle.js';
import { readSigstoreRoot } from '../../../../../src/core/lib/signing/sigstore-root.js';
import {
  answers,
  type Failure,
  type FakeService,
  type FakeSigstore,
  fakeSigstore,
  hangs,
  ISSUER,
  identityToken,
  SUBJECT,
} from '../../../../support/sigstore.js';

// Every service here is a fake on loopback; see test/support/sigstore.ts.
let fake: FakeSigstore;
beforeAll(async () => {
  fake = await fakeSigstore();
});
afterAll(() => fake.close());
beforeEach(() => {
  fake.failures.clear();
  fake.asked.length = 0;
});

const STATEMENT = Buffer.from('{"predicateType":"x"}');
const signal = new AbortController().signal;
const fixedToken = (claims: object = {}) => tokenSource({ env: { SIGSTORE_ID_TOKEN: identityToken(claims) } });

async function signer(more: Partial<KeylessOptions> = {}) {
  const token = await fixedToken();
  return keylessSigner({ token, services: servicesAt(fake), clock: () => new Date(), delays: [], ...more });
}

const otherKey = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey;

/** An entry of the fake log about the statement of somebody else. */
async function foreignEntry(): Promise<string> {
  const seen: string[] = [];
  const other = await signer({ services: servicesAt(await relay(seen)) });
  await other.sign(Buffer.from('{"predicateType":"other"}'));
  return seen.find((text) => text.includes('inclusionProof')) ?? '';
}

const relays: ReturnType<typeof createServer>[] = [];
afterAll(() => {
  for (const one of relays) one.close();
});

/** Hands every request on to the fake, and keeps the answers. */
async function relay(seen: string[]) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const target = new URL(request.url ?? '', fake.fulcioUrl);
    const answer = await fetch(target, { method: 'POST', body: Buffer.concat(chunks) });
    const body = Buffer.from(await answer.arrayBuffer());
    seen.push(body.toString());
    response.writeHead(answer.status).end(body);
  });
  relays.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { fulcioUrl: `${base}/fulcio`, rekorUrl: `${base}/rekor` };
}

describe('a service that fails is named, and nothing is signed', () => {
  const MANY = 'x'.repeat(2 ** 20 + 1);
  const NAMES: Record<FakeService, string> = {
    fulcio: 'Fulcio',
    rekor: 'Rekor',
    tsa: 'the timestamp authority',
    issuer: '',
  };
  const SERVICES = ['fulcio', 'rekor', 'tsa'] as const;
  const failures: [string, Failure, RegExp][] = [
    ['with 500', answers(500, 'x'), /the answer is 500/],
    ['with a reason', answers(400, '{"message":"no\\u001b[31m such issuer"}'), /400: no\\u\{1b\}\[31m such issuer/],
    ['with garbage', answers(201, '\u0000{'), /not of the expected form|not about this signature/],
    ['with nothing', answers(201), /not of the expected form|not about this signature/],
    ['with JSON of another form', answers(201, '{"a":{}}'), /not of the expected form|not about this signature/],
    ['with a flood', answers(201, MANY), /has more than 1048576 bytes/],
    ['with a redirect', answers(307, '', { location: 'http://127.0.0.1:9/' }), /redirect/],
    ['by closing the connection', (request) => request.socket.destroy(), /other side closed|terminated/],
  ];

  for (const service of SERVICES)
    it.each(failures)(`${service} %s`, async (_, failure, message) => {
      fake.failures.set(service, [failure]);
      const error = await (await signer()).sign(STATEMENT).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Fault);
      expect(String(error)).toMatch(message);
      expect(String(error)).toContain(`cannot sign: ${NAMES[service]} (http://127.0.0.1`);
    });

  it.each(SERVICES)('%s by never answering', async (service) => {
    fake.failures.set(service, [hangs]);
    const limits = { milliseconds: 300, bytes: 2 ** 20 };
    await expect((await signer({ limits })).sign(STATEMENT)).rejects.toThrow(/no answer in 0\.3 s/);
  });

  it('by not being there', async () => {
    const services = servicesAt({ ...fake, rekorUrl: 'http://127.0.0.1:9' });
    await expect((await signer({ services })).sign(STATEMENT)).rejects.toThrow(/Rekor .*(?:ECONNREFUSED|bad port)/);
  });

  it('and its answer does not give away the token that it repeats', async () => {
    const text = identityToken();
    fake.failures.set('fulcio', [answers(400, JSON.stringify({ message: `cannot take ${text}` }))]);
    const error = await (await signer()).sign(STATEMENT).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/cannot take \(token\)/);
  });

  it('with a certificate about another key', async () => {
    const stranger = await signer();
    const seen: string[] = [];
    const through = await signer({ services: servicesAt(await relay(seen)) });
    await through.begin(signal);
    fake.failures.set('fulcio', [answers(201, seen[0] ?? '')]);
    await expect(stranger.begin(signal)).rejects.toThrow(/Fulcio .*the certificate is about another key/);
  });

  it('with what is no certificate', async () => {
    const pem = String(otherKey().export({ type: 'spki', format: 'pem' }));
    const chain = { signedCertificateEmbeddedSct: { chain: { certificates: [pem] } } };
    fake.failures.set('fulcio', [answers(201, JSON.stringify(chain))]);
    await expect((await signer()).begin(signal)).rejects.toThrow(/Fulcio .*holds no certificate/);
  });

  it('with a log entry about something else', async () => {
    const entry = await foreignEntry();
    fake.failures.set('rekor', [answers(201, entry)]);
    await expect((await signer()).sign(STATEMENT)).rejects.toThrow(/Rekor .*the entry is about another signature/);
  });

  it('with two log entries', async () => {
    const entry = JSON.parse(await foreignEntry());
    const two = { ...entry, other: Object.values(entry)[0] };
    fake.failures.set('rekor', [answers(201, JSON.stringify(two))]);
    await expect((await signer()).sign(STATEMENT)).rejects.toThrow(/Rekor .*not one entry/);
  });
});

describe('keyless signing', () => {
  const identityIn = async (text: string, root: object = fake.trustedRoot) =>
    (await readSigstoreRoot(JSON.stringify(root), 'root')).identityOf(sigstoreBundleSchema.parse(JSON.parse(text)));

  it('makes bundles that @sigstore/verify takes, all under one certificate', async () => {
    const one = await signer();
    await one.begin(signal);
    const texts = [await one.sign(STATEMENT), await one.sign(Buffer.from('{"predicateType":"y"}'))];
    const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(fake.trustedRoot)));
    for (const text of texts) {
      const { identity } = verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(text))));
      expect(identity).toMatchObject({ subjectAlternativeName: SUBJECT, extensions: { issuer: ISSUER } });
      expect(await identityIn(text)).toEqual({ issuer: ISSUER, subject: SUBJECT });
      expect(JSON.parse(text).dsseEnvelope.signatures[0].keyid).toBe(one.key.keyid);
    }
    expect(fake.asked.filter(({ service }) => service === 'fulcio')).toHaveLength(1);
  });

  it('tries again after what may pass, with a new signature each time', async () => {
    fake.failures.set('rekor', [answers(503), answers(429)]);
    const text = await (await signer({ delays: [0, 0] })).sign(STATEMENT);
    expect(await identityIn(text)).toEqual({ issuer: ISSUER, subject: SUBJECT });
    const bodies = fake.asked.filter(({ service }) => service === 'rekor').map(({ body }) => body);
    expect(new Set(bodies).size).toBe(3);
    fake.failures.set('rekor', [answers(503), answers(503), answers(503)]);
    await expect((await signer({ delays: [0, 0] })).sign(STATEMENT)).rejects.toThrow(/503, in 3 attempts$/);
  });

  it('asks once for what will not pass', async () => {
    fake.failures.set('fulcio', [answers(403)]);
    await expect((await signer({ delays: [0, 0] })).begin(signal)).rejects.toThrow(/the answer is 403$/);
    expect(fake.asked).toHaveLength(1);
  });

  it('stops asking when it is cancelled', async () => {
    const controller = new AbortController();
    fake.failures.set('fulcio', [() => controller.abort()]);
    await expect((await signer({ delays: [0] })).begin(controller.signal)).rejects.toThrow(/Fulcio .*cancelled/);
  });

  it.each(['fulcio', 'rekor', 'tsa'] as const)('does not wait for %s when it is cancelled', async (service) => {
    const controller = new AbortController();
    fake.failures.set(service, [() => controller.abort()]);
    await expect((await signer({ delays: [0] })).sign(STATEMENT, controller.signal)).rejects.toThrow(/: cancelled$/);
    expect(fake.asked.filter((one) => one.service === service)).toHaveLength(1);
  });

  it('gets another certificate over the same key when a scan outlives the first', async () => {
    const clock = new Date();
    const one = await signer({
      clock: () => clock,
      token: await fixedToken({ exp: Math.floor(Date.now() / 1000) + 9999 }),
    });
    await one.begin(signal);
    clock.setTime(clock.getTime() + 7 * 60_000);
    await one.sign(STATEMENT);
    expect(fake.asked.filter(({ service }) => service === 'fulcio')).toHaveLength(1);
    clock.setTime(clock.getTime() + 2 * 60_000);
    expect(await identityIn(await one.sign(STATEMENT))).toEqual({ issuer: ISSUER, subject: SUBJECT });
    expect(fake.asked.filter(({ service }) => service === 'fulcio')).toHaveLength(2);
  });

  it('says so when its token does not live as long', async () => {
    const clock = new Date();
    const one = await signer({ clock: () => clock });
    await one.begin(signal);
    clock.setTime(clock.getTime() + 60 * 60_000);
    await expect(one.sign(STATEMENT)).rejects.toThrow(/the identity token expired while the scan ran/);
  });

  it('needs no log where a timestamp authority tells the time', async () => {
    const { fulcioUrl, timestampServerUrl } = fake;
    const services = servicesAt({ fulcioUrl, timestampServerUrl, tlogUpload: false });
    const text = await (await signer({ services })).sign(STATEMENT);
    expect(fake.asked.map(({ service }) => service)).toEqual(['fulcio', 'tsa']);
    expect(await identityIn(text, { ...fake.trustedRoot, tlogs: [] })).toEqual({ issuer: ISSUER, subject: SUBJECT });
    await expect(identityIn(text)).rejects.toThrow(/expected 1 tlog entries, got 0/);
  });

  it('needs no timestamp authority beside a log', async () => {
    const { fulcioUrl, rekorUrl } = fake;
    const text = await (await signer({ services: servicesAt({ fulcioUrl, rekorUrl }) })).sign(STATEMENT);
    expect(await identityIn(text)).toEqual({ issuer: ISSUER, subject: SUBJECT });
  });
});
