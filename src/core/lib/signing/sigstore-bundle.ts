import * as z from 'zod';
import { canonicalJson } from '../canonical.js';
import { base64 } from './base64.js';
import { type Envelope, IN_TOTO_PAYLOAD, signEnvelope, singleSignature } from './dsse.js';
import type { PrivateSigningKey, PublicSigningKey } from './keys.js';

/** The media type of a Sigstore bundle v0.3. */
export const SIGSTORE_BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

const int64 = z.string().regex(/^(?:0|[1-9]\d{0,18})$/, 'expected a whole number as text');

/** The name of a log in a checkpoint; readers look for it with regular expressions, so it must not hold one. */
const CHECKPOINT = /^[\x20-\x7e\n\u2014]*$/;
const SIGNED_BY = /^\u2014 [\w.:/-]+ [\w+/=]+$/;

const checkpoint = z
  .string()
  .max(16_384)
  .regex(CHECKPOINT, 'expected a checkpoint')
  .refine(
    (text) =>
      text
        .slice(text.indexOf('\n\n') + 2)
        .split('\n')
        .every((line) => line === '' || SIGNED_BY.test(line)),
    'expected lines that name who signed',
  );

interface Proof {
  rootHash: string;
  treeSize: string;
  checkpoint: { envelope: string };
}

/** Its second line is the size of the tree and its third the root (transparency-dev/formats, log/README.md); a verifier reads those alone. */
function isOfCheckpoint({ rootHash, treeSize, checkpoint: { envelope } }: Proof): boolean {
  const [, size, root] = envelope.split('\n');
  return size === treeSize && root === rootHash;
}

/** sigstore_rekor.proto, `TransparencyLogEntry`, as JSON. */
const logEntry = z.strictObject({
  logIndex: int64,
  logId: z.strictObject({ keyId: base64 }),
  kindVersion: z.strictObject({ kind: z.string().max(64), version: z.string().max(64) }),
  integratedTime: int64,
  inclusionPromise: z.strictObject({ signedEntryTimestamp: base64 }),
  inclusionProof: z
    .strictObject({
      logIndex: int64,
      rootHash: base64,
      treeSize: int64,
      hashes: z.array(base64).max(64),
      checkpoint: z.strictObject({ envelope: checkpoint }),
    })
    .refine(isOfCheckpoint, 'names another tree than its checkpoint'),
  canonicalizedBody: base64,
});
export type LogEntry = z.infer<typeof logEntry>;

/** A certificate, and what tells when it was used: log entries, or answers of a timestamp authority (RFC 3161). */
const certified = z.strictObject({
  certificate: z.strictObject({ rawBytes: base64 }),
  tlogEntries: z.array(logEntry).min(1).max(4).optional(),
  timestampVerificationData: z
    .strictObject({
      rfc3161Timestamps: z
        .array(z.strictObject({ signedTimestamp: base64 }))
        .min(1)
        .max(4),
    })
    .optional(),
});

/**
 * A Sigstore bundle v0.3 (sigstore/protobuf-specs, sigstore_bundle.proto) around one envelope: for a bare public key, or
 * with a certificate. Strict: readers of the protobuf form refuse keys that they do not know.
 */
export const sigstoreBundleSchema = z.strictObject({
  mediaType: z.literal(SIGSTORE_BUNDLE),
  verificationMaterial: z.union([z.strictObject({ publicKey: z.strictObject({ hint: base64 }) }), certified]),
  dsseEnvelope: singleSignature,
});
export type SigstoreBundle = z.infer<typeof sigstoreBundleSchema>;
export type Certified = z.infer<typeof certified>;

/** Puts an envelope that a key signed into a bundle that names the key. */
export const sigstoreBundle = (dsseEnvelope: Envelope, { hint }: PublicSigningKey): SigstoreBundle => ({
  mediaType: SIGSTORE_BUNDLE,
  verificationMaterial: { publicKey: { hint } },
  dsseEnvelope,
});

/** Signs the exact bytes of a statement. The text is in RFC 8785 form. */
export const signedStatement = (statement: Uint8Array, key: PrivateSigningKey): string =>
  canonicalJson(sigstoreBundle(signEnvelope(statement, IN_TOTO_PAYLOAD, key), key));

/** Puts an envelope into a bundle with the certificate of its key. Throws `ZodError` for material out of form. */
export const certifiedBundle = (dsseEnvelope: Envelope, verificationMaterial: Certified): string =>
  canonicalJson(sigstoreBundleSchema.parse({ mediaType: SIGSTORE_BUNDLE, verificationMaterial, dsseEnvelope }));
