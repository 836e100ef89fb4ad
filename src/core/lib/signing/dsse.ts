import { sign as signBytes, verify as verifyBytes } from 'node:crypto';
import * as z from 'zod';
import { base64 } from './base64.js';
import type { PrivateSigningKey, PublicSigningKey } from './keys.js';
import { isLowS, withLowS } from './low-s.js';

/** What a DSSE envelope around an in-toto Statement names as its payload type; cosign 3 takes no other. */
export const IN_TOTO_PAYLOAD = 'application/vnd.in-toto+json';

/** DSSE v1.0.2, envelope.md. `keyid` is a hint that nothing authenticates; no decision rests on it. */
export const envelopeSchema = z.strictObject({
  payload: base64,
  payloadType: z.string().min(1).max(200),
  signatures: z
    .array(z.strictObject({ keyid: z.string().max(200).optional(), sig: base64 }))
    .min(1)
    .max(16),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** An envelope as this project writes it, one for each key; cosign takes no other in a bundle ("exactly one signature is required"). */
export const singleSignature = envelopeSchema.refine(
  ({ signatures }) => signatures.length === 1,
  'expected one signature',
);

/** Pre-authentication encoding (DSSE v1.0.2, protocol.md): what is signed. Lengths are of bytes. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** Puts a payload under one signature. With Ed25519 the same payload and key give the same bytes. */
export function signEnvelope(payload: Uint8Array, payloadType: string, key: PrivateSigningKey): Envelope {
  const made = signBytes(key.digest, preAuthEncoding(payloadType, payload), key.secret);
  const sig = encode(key.type === 'ecdsa-p256' ? withLowS(made) : made);
  return { payload: encode(payload), payloadType, signatures: [{ keyid: key.keyid, sig }] };
}

/**
 * The keys of `trusted` that signed the envelope; empty when none did. The type of the trusted key, and nothing in the
 * envelope, says which algorithm is used. Of the two ECDSA signatures that verify alike only the one that `signEnvelope`
 * makes counts, so that nobody without the key can make other bytes of a good signature.
 */
export function signersOf(envelope: Envelope, trusted: readonly PublicSigningKey[]): PublicSigningKey[] {
  const signed = preAuthEncoding(envelope.payloadType, Buffer.from(envelope.payload, 'base64'));
  return trusted.filter((key) =>
    envelope.signatures.some(({ sig }) => verifies(signed, key, Buffer.from(sig, 'base64'))),
  );
}

const verifies = (signed: Buffer, key: PublicSigningKey, sig: Buffer): boolean =>
  verifyBytes(key.digest, signed, key.public, sig) && (key.type !== 'ecdsa-p256' || isLowS(sig));

const encode = (data: Uint8Array): string => Buffer.from(data).toString('base64');
