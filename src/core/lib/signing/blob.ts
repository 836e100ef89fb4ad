import { sign as signBytes, verify as verifyBytes } from 'node:crypto';
import * as z from 'zod';
import { canonicalJson } from '../canonical.js';
import { sha256Bytes } from '../digest.js';
import { Refusal } from '../errors.js';
import { base64 } from './base64.js';
import type { PrivateSigningKey, PublicSigningKey } from './keys.js';
import { SIGSTORE_BUNDLE } from './sigstore-bundle.js';

/** A signature over a whole file, in a Sigstore bundle v0.3 (sigstore_bundle.proto, `messageSignature`). */
const bundleSchema = z.looseObject({
  mediaType: z.literal(SIGSTORE_BUNDLE),
  messageSignature: z.looseObject({
    messageDigest: z.looseObject({ algorithm: z.literal('SHA2_256'), digest: base64 }),
    signature: base64,
  }),
});

/** How every pre-authentication encoding begins (DSSE v1.0.2, protocol.md). */
const PAE = Buffer.from('DSSEv1 ');

/** What `cosign sign-blob --bundle` of version 2 writes. */
const oldBundleSchema = z.looseObject({ base64Signature: base64 });

/**
 * Signs the bytes of a file; `cosign verify-blob --key` takes the result as `--bundle`. Throws `Refusal` for bytes that are
 * the pre-authentication encoding of an envelope: such a signature would be one over a statement or a waiver as well.
 */
export function signBlob(bytes: Uint8Array, key: PrivateSigningKey, file: string): string {
  if (Buffer.from(bytes.subarray(0, PAE.length)).equals(PAE))
    throw new Refusal('usage', [
      { file, message: 'is no document: it would be signed as an in-toto statement or a waiver' },
    ]);
  return canonicalJson({
    mediaType: SIGSTORE_BUNDLE,
    verificationMaterial: { publicKey: { hint: key.hint } },
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: sha256Bytes(bytes).toString('base64') },
      signature: signBytes(key.digest, bytes, key.secret).toString('base64'),
    },
  });
}

/**
 * The key of `trusted` that signed these bytes; undefined when none did, or when the text is no signature. Takes a
 * Sigstore bundle v0.3, the bundle of cosign 2, and a bare base64 signature (`cosign sign-blob --output-signature`).
 * Certificates and log entries of a bundle are not looked at: the key alone counts.
 */
export function blobSigner(
  bytes: Uint8Array,
  signature: string,
  trusted: readonly PublicSigningKey[],
): PublicSigningKey | undefined {
  const sig = signatureIn(signature, bytes);
  if (sig === undefined) return undefined;
  return trusted.find((key) => verifyBytes(key.digest, bytes, key.public, sig));
}

function signatureIn(text: string, bytes: Uint8Array): Buffer | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return decoded(trimmed);
  const value = parsed(trimmed);
  const bundle = bundleSchema.safeParse(value).data?.messageSignature;
  if (bundle === undefined) return decoded(oldBundleSchema.safeParse(value).data?.base64Signature ?? '');
  const digest = sha256Bytes(bytes).toString('base64');
  return bundle.messageDigest.digest === digest ? decoded(bundle.signature) : undefined;
}

function decoded(text: string): Buffer | undefined {
  return text !== '' && base64.safeParse(text).success ? Buffer.from(text, 'base64') : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
