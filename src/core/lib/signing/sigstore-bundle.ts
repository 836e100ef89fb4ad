import { z } from 'zod';
import { canonicalJson } from '../canonical.js';
import { base64 } from './base64.js';
import { type Envelope, IN_TOTO_PAYLOAD, signEnvelope, singleSignature } from './dsse.js';
import type { PrivateSigningKey, PublicSigningKey } from './keys.js';

/** The media type of a Sigstore bundle v0.3. */
export const SIGSTORE_BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/**
 * A Sigstore bundle v0.3 (sigstore/protobuf-specs, sigstore_bundle.proto) around one envelope, for a bare public key: no
 * certificate and no log entry. Strict: readers of the protobuf form refuse keys that they do not know.
 */
export const sigstoreBundleSchema = z.strictObject({
  mediaType: z.literal(SIGSTORE_BUNDLE),
  verificationMaterial: z.strictObject({ publicKey: z.strictObject({ hint: base64 }) }),
  dsseEnvelope: singleSignature,
});
export type SigstoreBundle = z.infer<typeof sigstoreBundleSchema>;

/** Puts an envelope that a key signed into a bundle that names the key. */
export const sigstoreBundle = (dsseEnvelope: Envelope, { hint }: PublicSigningKey): SigstoreBundle => ({
  mediaType: SIGSTORE_BUNDLE,
  verificationMaterial: { publicKey: { hint } },
  dsseEnvelope,
});

/** Signs the exact bytes of a statement. The text is in RFC 8785 form. */
export const signedStatement = (statement: Uint8Array, key: PrivateSigningKey): string =>
  canonicalJson(sigstoreBundle(signEnvelope(statement, IN_TOTO_PAYLOAD, key), key));
