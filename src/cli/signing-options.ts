import type { Command } from 'commander';
import { SIGNATURE_FORMATS, type SignatureFormat } from '../core/attest/sign.js';
import { Refusal } from '../core/lib/errors.js';
import { keyPath, loadPublicKey, loadSigningKey, loadSigningKeys } from '../core/lib/signing/key-file.js';
import { type ServiceAddresses, servicesAt } from '../core/lib/signing/keyless/services.js';
import { type KeylessSigner, keylessSigner } from '../core/lib/signing/keyless/signer.js';
import { tokenSource } from '../core/lib/signing/keyless/token.js';
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

/** In whose name is signed without a key of one's own, and by which services. */
export interface KeylessFlags extends ServiceAddresses {
  keyless?: boolean;
  identityToken?: string;
}

/** Adds the options of keyless signing; those of cosign have its names. */
export const addKeylessOptions = (command: Command): Command =>
  command
    .option('--keyless', 'sign in the name of an OIDC identity, with a certificate of Sigstore')
    .option('--identity-token <from>', 'for --keyless: a file, env:NAME or fd:N; else what the environment has')
    .option('--fulcio-url <url>', 'for --keyless: who certifies; default: https://fulcio.sigstore.dev')
    .option('--rekor-url <url>', 'for --keyless: the transparency log; default: https://rekor.sigstore.dev')
    .option('--timestamp-server-url <url>', 'for --keyless: a timestamp authority (RFC 3161) to ask too')
    .option('--no-tlog-upload', 'for --keyless: write nothing to a log; needs a timestamp authority');

/** What signs in the name of an identity. Throws `Refusal` where there is no identity token, before anything runs. */
export async function keyless(flags: KeylessFlags): Promise<KeylessSigner | undefined> {
  const { fulcioUrl, rekorUrl, timestampServerUrl, tlogUpload = true, identityToken } = flags;
  if (!flags.keyless) {
    const named = [identityToken, fulcioUrl, rekorUrl, timestampServerUrl].some((value) => value !== undefined);
    if (named || !tlogUpload) throw new Refusal('usage', [{ message: 'these options of signing need --keyless' }]);
    return undefined;
  }
  const services = servicesAt(flags);
  const token = await tokenSource({ from: identityToken, env: process.env });
  return keylessSigner({ token, services, clock: () => new Date() });
}

/** Where the keys are that sign a bundle, and in which form they do. */
export interface SigningFlags extends KeylessFlags {
  offline?: boolean;
  signKey?: readonly string[];
  signKeyPassword?: readonly string[];
  signatureFormat?: SignatureFormat | 'both';
}

/** What signs the bundle. */
export async function signing(flags: SigningFlags): Promise<Partial<ScanRequest>> {
  const { signKey = [], signKeyPassword = [], signatureFormat = 'sigstore' } = flags;
  const loaded = await loadSigningKeys(signKey, signKeyPassword, { env: process.env, ask: passwordPrompt() });
  for (const warning of loaded.flatMap(({ warnings }) => warnings)) console.error(`security-scan: ${warning}`);
  const identity = await keyless(flags);
  if (identity !== undefined) checkKeyless(flags);
  return {
    ...(identity && { keyless: identity }),
    signKeys: loaded.map(({ key }) => key),
    signKeyPaths: [...signKey, ...(flags.identityToken ? [flags.identityToken] : [])].flatMap(
      (key) => keyPath(key) ?? [],
    ),
    signatureFormats: signatureFormat === 'both' ? SIGNATURE_FORMATS : [signatureFormat],
  };
}

function checkKeyless({ offline, signatureFormat }: SigningFlags): void {
  const problems = [
    ...(offline ? [{ message: '--offline: keyless signing needs the network' }] : []),
    ...(signatureFormat === 'dsse' || signatureFormat === 'both'
      ? [{ message: '--signature-format: an envelope by itself holds no certificate, so --keyless needs `sigstore`' }]
      : []),
  ];
  if (problems.length > 0) throw new Refusal('usage', problems);
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
