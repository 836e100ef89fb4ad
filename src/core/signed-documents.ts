import { Refusal } from './lib/errors.js';
import type { NamedDocument, NamedSignature } from './lib/named-document.js';
import { blobSigner } from './lib/signing/blob.js';
import type { PublicSigningKey } from './lib/signing/keys.js';
import { defaultPolicy, readPolicy } from './policy/default.js';
import { trustedKeys, withRole } from './policy/trusted-keys.js';
import type { ScanRequest } from './scan-request.js';

/**
 * Checks the signatures of policy and manifest over their exact bytes, before either is parsed as what it claims to be.
 * A manifest without a key of its own must be signed by one to which the policy gives the role `manifest`. Throws
 * `Refusal` for a signature that does not hold.
 */
export function withCheckedSignatures(request: ScanRequest): ScanRequest {
  const policy = checked(request.policy, request.policySignature, () => []);
  const manifest = checked(request.manifest, request.manifestSignature, () => manifestKeys(policy));
  return { ...request, ...(policy && { policy }), ...(manifest && { manifest }) };
}

function manifestKeys(policy: NamedDocument | undefined): PublicSigningKey[] {
  const read = policy === undefined ? defaultPolicy() : readPolicy(policy.text, policy.file);
  return withRole(trustedKeys(read, policy?.file ?? 'built-in policy'), 'manifest');
}

function checked(
  document: NamedDocument | undefined,
  signature: NamedSignature | undefined,
  trusted: () => readonly PublicSigningKey[],
): NamedDocument | undefined {
  if (document === undefined || signature === undefined) return document;
  const keys = signature.key === undefined ? trusted() : [signature.key];
  return { ...document, signedBy: signerOf(document, signature.document, keys).keyid };
}

/** The key that signed a document. Throws `Refusal` when none of `keys` did. */
export function signerOf(
  document: NamedDocument,
  signature: NamedDocument,
  keys: readonly PublicSigningKey[],
): PublicSigningKey {
  if (keys.length === 0)
    throw refusal(document.file, 'there is no key to check its signature with', 'Name one, or list it in the policy.');
  const signer = blobSigner(Buffer.from(document.text), Buffer.from(signature.text).toString('utf8'), keys);
  if (signer !== undefined) return signer;
  const message = `${signature.file} is no signature over this file by ${keys.map(({ keyid }) => keyid).join(' or ')}`;
  throw refusal(document.file, message, 'Use the file that was signed, and the key of whoever signed it.');
}

const refusal = (file: string, message: string, remedy: string): Refusal =>
  new Refusal('usage', [{ file, message, remedy }]);
