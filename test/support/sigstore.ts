import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  fulcioHandler,
  initializeCA,
  initializeCTLog,
  initializeTLog,
  initializeTSA,
  rekorHandler,
  tsaHandler,
} from '@sigstore/mock';
import { z } from 'zod';
import { sha256, sha256Bytes } from '../../src/core/lib/digest.js';

/** The services of Sigstore, each at a path of its own. */
export type FakeService = 'fulcio' | 'rekor' | 'tsa' | 'issuer';

/** What a service does instead of its work. */
export type Failure = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers with what it is given. */
export const answers =
  (status: number, body: string | Buffer = '', headers: Record<string, string> = {}): Failure =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);

/** Takes the request, and never answers. */
export const hangs: Failure = () => {};

type Handle = (body: string) => Promise<{ statusCode: number; response: string | ArrayBufferView }>;

/**
 * A FAKE of Fulcio, a certificate log, Rekor and a timestamp authority on loopback, by the handlers of @sigstore/mock with
 * keys of its own: what it signs is sound for whoever trusts its root, and nobody does but these tests. It believes every
 * identity token. The clocks are of the certificates, the log and the timestamps; they stand until they are set.
 */
export interface FakeSigstore {
  fulcioUrl: string;
  rekorUrl: string;
  timestampServerUrl: string;
  issuerUrl: string;
  /** trusted_root.json. */
  trustedRoot: TrustedRootJson;
  clocks: { ca: Date; log: Date; tsa: Date };
  /** What was asked of each service, in its order. */
  asked: { service: FakeService; body: string; headers: IncomingMessage['headers'] }[];
  /** Per service what it does with its next requests; the last one stays when `forever`. */
  failures: Map<FakeService, Failure[]>;
  close: () => Promise<void>;
}

export interface TrustedRootJson {
  mediaType: string;
  certificateAuthorities: object[];
  tlogs: object[];
  ctlogs: object[];
  timestampAuthorities: object[];
}

const START = { start: '2020-01-01T00:00:00Z' };
const P256 = 'PKIX_ECDSA_P256_SHA_256';
const LOG_HOST = 'rekor.example.org';

export async function fakeSigstore(): Promise<FakeSigstore> {
  const clocks = { ca: new Date(), log: new Date(), tsa: new Date() };
  const services = await start(clocks);
  // Certificates begin with a whole second.
  for (const clock of Object.values(clocks)) clock.setTime(Math.ceil(Date.now() / 1000) * 1000);
  const asked: FakeSigstore['asked'] = [];
  const failures: FakeSigstore['failures'] = new Map();
  const server = createServer(async (request, response) => {
    const service = serviceOf(request.url ?? '');
    const body = await buffer(request);
    asked.push({ service, body: body.toString('latin1'), headers: request.headers });
    const planned = failures.get(service)?.shift();
    if (planned !== undefined) return planned(request, response);
    const answer = await services.handle[service](body);
    return response.writeHead(answer.statusCode).end(answer.response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  return {
    fulcioUrl: `${base}/fulcio`,
    rekorUrl: `${base}/rekor`,
    timestampServerUrl: `${base}/tsa/api/v1/timestamp`,
    issuerUrl: `${base}/issuer?api-version=2.0`,
    trustedRoot: services.root,
    clocks,
    asked,
    failures,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const SERVICES: readonly FakeService[] = ['fulcio', 'rekor', 'tsa', 'issuer'];
const serviceOf = (url: string): FakeService => SERVICES.find((name) => url.startsWith(`/${name}`)) ?? 'fulcio';

const keyPair = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const base64 = (data: ArrayBufferView | Buffer): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
const keyOf = (publicKey: Buffer) => ({ rawBytes: base64(publicKey), keyDetails: P256, validFor: START });

async function start(clocks: FakeSigstore['clocks']) {
  const ctlog = await initializeCTLog(keyPair('prime256v1'), clocks.ca);
  const ca = await initializeCA(keyPair('secp384r1'), ctlog, clocks.ca);
  const tlog = await initializeTLog(`https://${LOG_HOST}`, keyPair('prime256v1'), clocks.log);
  const tsa = await initializeTSA(keyPair('prime256v1'), clocks.tsa);
  const rekor = rekorHandler(tlog).fn;
  const handle = {
    fulcio: (body: Buffer) => fulcioHandler(ca).fn(body.toString()),
    rekor: (body: Buffer) => rekor(canonicalEntry(body.toString())),
    tsa: (body: Buffer) => tsaHandler(tsa).fn(timestampQuery(body)),
    issuer: async () => ({ statusCode: 200, response: JSON.stringify({ value: identityToken() }) }),
  } satisfies Record<FakeService, (body: Buffer) => ReturnType<Handle>>;
  const log = (publicKey: Buffer, logId: string, baseUrl: string) => ({
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: keyOf(publicKey),
    logId: { keyId: logId },
  });
  const chain = (...certificates: ArrayBufferView[]) => ({
    certificates: certificates.map((certificate) => ({ rawBytes: base64(certificate) })),
  });
  const subject = { organization: 'sigstore.mock', commonName: 'a fake' };
  const root: TrustedRootJson = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    certificateAuthorities: [
      { subject, uri: 'https://fulcio.example.org', certChain: chain(ca.rootCertificate), validFor: START },
    ],
    tlogs: [log(tlog.publicKey, sha256Bytes(tlog.publicKey).toString('base64'), `https://${LOG_HOST}`)],
    ctlogs: [log(ctlog.publicKey, base64(ctlog.logID), 'https://ctfe.example.org')],
    timestampAuthorities: [
      {
        subject,
        uri: 'https://tsa.example.org',
        certChain: chain(tsa.intCertificate, tsa.rootCertificate),
        validFor: START,
      },
    ],
  };
  return { handle, root };
}

const proposed = z.object({
  kind: z.literal('dsse'),
  apiVersion: z.literal('0.0.1'),
  spec: z.object({
    proposedContent: z.object({ envelope: z.string(), verifiers: z.tuple([z.string()]) }),
  }),
});
const envelope = z.object({ payload: z.string(), signatures: z.tuple([z.object({ sig: z.string() })]) });

/** The handler logs what it is given; Rekor makes of a proposed entry one of digests (pkg/types/dsse/v0.0.1). */
function canonicalEntry(body: string): string {
  const { kind, apiVersion, spec } = proposed.parse(JSON.parse(body));
  const { envelope: text, verifiers } = spec.proposedContent;
  const { payload, signatures } = envelope.parse(JSON.parse(text));
  const [verifier] = verifiers;
  return JSON.stringify({
    apiVersion,
    kind,
    spec: {
      envelopeHash: { algorithm: 'sha256', value: sha256(text) },
      payloadHash: { algorithm: 'sha256', value: sha256(Buffer.from(payload, 'base64')) },
      signatures: [{ signature: signatures[0].sig, verifier }],
    },
  });
}

/** The handler takes JSON; a request by RFC 3161 without nonce and certificate ends in the digest. */
function timestampQuery(der: Buffer): string {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) throw new Error('no TimeStampReq');
  return JSON.stringify({
    artifactHash: der.subarray(-32).toString('base64'),
    hashAlgorithm: 'sha256',
  });
}

export const ISSUER = 'https://issuer.example.org';
export const SUBJECT = 'https://git.example.org/shop/.ci/scan.yml@refs/heads/main';

/** A token that nobody signed. */
export function identityToken(claims: object = {}): string {
  const exp = Math.floor(Date.now() / 1000) + 300;
  const parts = [{ alg: 'none' }, { iss: ISSUER, sub: SUBJECT, aud: 'sigstore', exp, ...claims }];
  return [...parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')), 'c2ln'].join('.');
}
