import * as z from 'zod';
import { sha256 } from '../../digest.js';
import { base64 } from '../base64.js';
import type { Envelope } from '../dsse.js';
import type { LogEntry } from '../sigstore-bundle.js';
import { type Asking, askJson, readAnswer, ServiceError } from './exchange.js';
import type { SigningService } from './services.js';

const hex = z.string().regex(/^(?:[0-9a-f]{2})+$/);
const whole = z.int().nonnegative();

const entrySchema = z.looseObject({
  body: base64,
  integratedTime: whole,
  logID: hex,
  logIndex: whole,
  verification: z.looseObject({
    signedEntryTimestamp: base64,
    inclusionProof: z.looseObject({
      checkpoint: z.string(),
      hashes: z.array(hex),
      logIndex: whole,
      rootHash: hex,
      treeSize: whole,
    }),
  }),
});

/** rekor's openapi.yaml, `LogEntry`: entries by their ids. */
const answer = z.record(z.string(), entrySchema);

/** What the log holds of an envelope: digests, and who signed (rekor, pkg/types/dsse/v0.0.1). */
const bodySchema = z.looseObject({
  kind: z.literal('dsse'),
  apiVersion: z.literal('0.0.1'),
  spec: z.looseObject({
    payloadHash: z.looseObject({ algorithm: z.literal('sha256'), value: hex }),
    signatures: z.tuple([z.looseObject({ signature: base64 })]),
  }),
});

/**
 * Writes an envelope into the log and returns the proof of that. The log keeps digests alone, but is sent the envelope
 * whole. Throws `ServiceError`, also for an entry about something else.
 */
export async function logEnvelope(
  service: SigningService,
  envelope: Envelope,
  certificatePem: string,
  asking: Asking,
): Promise<LogEntry> {
  const verifiers = [Buffer.from(certificatePem).toString('base64')];
  const spec = { proposedContent: { envelope: JSON.stringify(envelope), verifiers } };
  const asked = {
    url: `${service.url}/api/v1/log/entries`,
    method: 'POST' as const,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: '0.0.1', kind: 'dsse', spec }),
  };
  const [entry, ...others] = Object.values(await askJson(service, asked, answer, asking));
  if (entry === undefined || others.length > 0) throw new ServiceError(service, 'the answer is not one entry', false);
  const body = readAnswer(service, Buffer.from(entry.body, 'base64').toString('utf8'), bodySchema);
  if (!isAbout(body, envelope)) throw new ServiceError(service, 'the entry is about another signature', false);
  return inBundle(entry, body);
}

function isAbout({ spec }: z.infer<typeof bodySchema>, { payload, signatures }: Envelope): boolean {
  const [signed] = spec.signatures;
  return spec.payloadHash.value === sha256(Buffer.from(payload, 'base64')) && signed.signature === signatures[0]?.sig;
}

/** As a bundle has it (sigstore_rekor.proto, `TransparencyLogEntry`): 64-bit numbers are texts in JSON. */
function inBundle(entry: z.infer<typeof entrySchema>, { kind, apiVersion }: z.infer<typeof bodySchema>): LogEntry {
  const { inclusionProof: proof, signedEntryTimestamp } = entry.verification;
  return {
    logIndex: String(entry.logIndex),
    logId: { keyId: fromHex(entry.logID) },
    kindVersion: { kind, version: apiVersion },
    integratedTime: String(entry.integratedTime),
    inclusionPromise: { signedEntryTimestamp },
    inclusionProof: {
      logIndex: String(proof.logIndex),
      rootHash: fromHex(proof.rootHash),
      treeSize: String(proof.treeSize),
      hashes: proof.hashes.map(fromHex),
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: entry.body,
  };
}

const fromHex = (text: string): string => Buffer.from(text, 'hex').toString('base64');
