import { canonicalJson } from '../lib/canonical.js';
import { type Envelope, signEnvelope, signersOf } from '../lib/signing/dsse.js';
import type { PrivateSigningKey, PublicSigningKey } from '../lib/signing/keys.js';
import type { SignerRole, UnsignedEntry, WaiverEntry, WaiverSignature } from './entry.js';

/**
 * What a signature says, in DSSE's payload type. Each role has its own, so that nobody can make an author's signature
 * pass for an approval, or the other way round.
 */
const PAYLOAD_TYPES: Readonly<Record<SignerRole, string>> = {
  waive: 'application/vnd.certus.waiver+json',
  'approve-waiver': 'application/vnd.certus.waiver-approval+json',
};

/** The bytes that are signed: the entry without its signatures, and the version of the format, in RFC 8785 form. */
export function signedBytes(entry: UnsignedEntry | WaiverEntry): Buffer {
  const { signatures: _, ...content } = { signatures: [], ...entry };
  return Buffer.from(canonicalJson({ schemaVersion: 1, ...content }));
}

/** Signs an entry as its author or approver; with Ed25519 the same bytes each time. */
export function signEntry(entry: UnsignedEntry, role: SignerRole, key: PrivateSigningKey): WaiverSignature {
  const [{ sig } = { sig: '' }] = signEnvelope(signedBytes(entry), PAYLOAD_TYPES[role], key).signatures;
  return { role, keyid: key.keyid, sig };
}

/** Whether the key made the signature, in its role, over this very entry. */
export function isSignedBy(entry: WaiverEntry, { role, sig }: WaiverSignature, key: PublicSigningKey): boolean {
  const envelope: Envelope = {
    payload: signedBytes(entry).toString('base64'),
    payloadType: PAYLOAD_TYPES[role],
    signatures: [{ sig }],
  };
  return signersOf(envelope, [key]).length === 1;
}
