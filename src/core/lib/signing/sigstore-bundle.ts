import { z } from 'zod';
import { canonicalJson } from '../canonical.js';
import { base64, type Envelope, envelopeSchema, IN_TOTO_PAYLOAD, signEnvelope } from './dsse.js';
import type { PrivateSigningKey } from './keys.js';

/** The media type of a Sigstore bundle v0.3. */
export const SIGSTORE_BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/**
 * A Sigstore bundle v0.3 (sigstore/protobuf-specs, sigstore_bundle.proto) around one envelope, for a bare public key: no
 * certificate and no log entry. Strict: readers of the protobuf form refuse keys that they do not know.
 */
export const sigstoreBundleSchema = z.strictObject({
  mediaType: z.literal(SIGSTORE_BUNDLE),
  verificationMaterial: z.strictObject({ publicKey: z.strictObject({ hint: base64 }) }),
  // cosign: "exactly one signature is required".
  dsseEnvelope: envelopeSchema.refine(({ signatures }) => signatures.length === 1, 'expected one signature'),
});
export type SigstoreBundle = z.infer<typeof sigstoreBundleSchema>;

/** Signs the exact bytes of a statement. The text is in RFC 8785 form. */
export function signedStatement(statement: Uint8Array, key: PrivateSigningKey): string {
  const dsseEnvelope: Envelope = signEnvelope(statement, IN_TOTO_PAYLOAD, key);
  const bundle: SigstoreBundle = {
    mediaType: SIGSTORE_BUNDLE,
    verificationMaterial: { publicKey: { hint: key.hint } },
    dsseEnvelope,
  };
  return canonicalJson(bundle);
}
