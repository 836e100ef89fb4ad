import { SIGNATURE_FORMATS, type SignatureFormat } from '../core/attest/sign.js';
import { Refusal } from '../core/lib/errors.js';
import { keyPath, loadPublicKey, loadSigningKey, loadSigningKeys } from '../core/lib/signing/key-file.js';
import type { PrivateSigningKey } from '../core/lib/signing/keys.js';
import type { ScanRequest } from '../core/scan-request.js';
import { passwordPrompt } from './ask-password.js';
import { namedDocument } from './named-document.js';

/** Where the key is that signs. */
export interface KeyFlags {
  signKey: string;
  signKeyPassword?: string | undefined;
}

/** Documents, their signatures, and the keys that must have made those. */
export interface SignatureFlags {
  manifest?: string;
  manifestSignature?: string;
  manifestKey?: string;
  policy?: string;
  policyFrom?: string;
  policySignature?: string;
  policyKey?: string;
}

/** The key that the operator names, read before anything runs. */
export async function signingKey({ signKey: key, signKeyPassword: password }: KeyFlags): Promise<PrivateSigningKey> {
  const loaded = await loadSigningKey({ key, password, env: process.env, ask: passwordPrompt() });
  for (const warning of loaded.warnings) console.error(`security-scan: ${warning}`);
  return loaded.key;
}

/** Where the keys are that sign a bundle, and in which form they do. */
export interface SigningFlags {
  signKey?: readonly string[];
  signKeyPassword?: readonly string[];
  signatureFormat?: SignatureFormat | 'both';
}

/** What signs the bundle. */
export async function signing(flags: SigningFlags): Promise<Partial<ScanRequest>> {
  const { signKey = [], signKeyPassword = [], signatureFormat = 'sigstore' } = flags;
  const loaded = await loadSigningKeys(signKey, signKeyPassword, { env: process.env, ask: passwordPrompt() });
  for (const warning of loaded.flatMap(({ warnings }) => warnings)) console.error(`security-scan: ${warning}`);
  return {
    signKeys: loaded.map(({ key }) => key),
    signKeyPaths: signKey.map(keyPath).filter((path) => path !== undefined),
    signatureFormats: signatureFormat === 'both' ? SIGNATURE_FORMATS : [signatureFormat],
  };
}

/** Signatures over documents, and the keys that must have made them. */
export async function signatures(flags: SignatureFlags): Promise<Partial<ScanRequest>> {
  const manifestSignature = await signatureOf('manifest', flags.manifest, flags.manifestSignature, flags.manifestKey);
  // A key for the policy is about the operator's own where there is one, else about that of the trusted commit.
  const own = flags.policy !== undefined || flags.policyFrom === undefined || flags.policySignature !== undefined;
  const policySignature = own
    ? await signatureOf('policy', flags.policy, flags.policySignature, flags.policyKey)
    : undefined;
  if (policySignature !== undefined && policySignature.key === undefined)
    throw new Refusal('usage', [{ message: '--policy-signature: --policy-key says who must have made it' }]);
  const policyKey = own || flags.policyKey === undefined ? undefined : await loadPublicKey(flags.policyKey);
  return {
    ...(manifestSignature && { manifestSignature }),
    ...(policySignature && { policySignature }),
    ...(policyKey && { policyKey }),
    keyPaths: [flags.policyKey, flags.manifestKey].filter((path) => path !== undefined),
  };
}

/** A key or a signature without the other parts would quietly prove nothing. */
async function signatureOf(what: string, document?: string, signature?: string, key?: string) {
  if (signature === undefined && key !== undefined)
    throw new Refusal('usage', [{ message: `--${what}-key: give the signature with --${what}-signature` }]);
  const named = await namedDocument(signature, `--${what}-signature`);
  if (named === undefined) return undefined;
  if (document === undefined)
    throw new Refusal('usage', [{ message: `--${what}-signature: give the file that it signs with --${what}` }]);
  return { document: named, key: key === undefined ? undefined : await loadPublicKey(key) };
}
