import type { Command } from 'commander';
import { digestOf } from '../core/lib/digest.js';
import { Refusal } from '../core/lib/errors.js';
import { loadPublicKey } from '../core/lib/signing/key-file.js';
import { readSigstoreRoot } from '../core/lib/signing/sigstore-root.js';
import { readPolicy } from '../core/policy/default.js';
import type { TrustedIdentity } from '../core/policy/trust.js';
import { fullyTrusted, type TrustedKey, trustedIdentities, trustedKeys } from '../core/policy/trusted-keys.js';
import type { Certificates } from '../core/verify/trusted.js';
import type { VerifyOptions } from '../core/verify/verify.js';
import { namedDocument } from './named-document.js';

/** Values of an option that may be given several times. */
export const gather = (value: string, previous: string[] = []): string[] => [...previous, value];

/** Public keys that the operator trusts for everything. Throws `Refusal` for a file that is none. */
export const trustedFiles = (files: readonly string[] = []): Promise<TrustedKey[]> =>
  Promise.all(files.map(async (file) => fullyTrusted(await loadPublicKey(file), file)));

/** What a policy says of trust: its keys, each for its roles, and how many approvals it asks for. */
export interface PolicyTrust {
  keys: TrustedKey[];
  identities: readonly TrustedIdentity[];
  approvals: number;
  /** As evidence names that policy. */
  sha256: string;
}

/** The trust of the policy that `--policy` names. Throws `Refusal` for a policy without keys or identities: it would check nothing. */
export async function policyTrust(file: string | undefined): Promise<PolicyTrust | undefined> {
  const document = await namedDocument(file, '--policy');
  if (document === undefined) return undefined;
  const policy = readPolicy(document.text, document.file);
  const keys = trustedKeys(policy, document.file);
  const identities = trustedIdentities(policy, document.file);
  if (keys.length + identities.length > 0)
    return { keys, identities, approvals: policy.trust.approvals, sha256: digestOf(policy) };
  throw new Refusal('usage', [
    { file: document.file, message: 'names no key under `trust.keys`, and no identity under `trust.identities`' },
  ]);
}

/** Whose keyless signatures count, and the root that they are checked by. */
export interface CertificateFlags {
  certificateIdentity?: string;
  certificateOidcIssuer?: string;
  trustedRoot?: string;
}

/** Adds the options by which certificates are trusted; they have cosign's names. */
export const addCertificateOptions = (command: Command): Command =>
  command
    .option('--certificate-identity <subject>', 'the subject whose keyless signatures count, exactly')
    .option('--certificate-oidc-issuer <url>', 'the identity provider that vouched for that subject, exactly')
    .option('--trusted-root <file>', 'Sigstore’s trusted_root.json, which certificates are checked by');

/**
 * By what certificates are checked: without a trusted root not at all. Throws `Refusal` where flags lack one another, and
 * for a policy that names identities alone, when there is no root.
 */
async function certificatesOf(
  { certificateIdentity: subject, certificateOidcIssuer: issuer, trustedRoot }: CertificateFlags,
  policy: PolicyTrust | undefined,
): Promise<Certificates | undefined> {
  const refuse = (message: string) => new Refusal('usage', [{ message }]);
  if ((subject === undefined) !== (issuer === undefined))
    throw refuse('--certificate-identity and --certificate-oidc-issuer need one another');
  const named = subject !== undefined && issuer !== undefined ? [{ name: subject, roles: ALL, issuer, subject }] : [];
  const identities = [...named, ...(policy?.identities ?? [])];
  const document = await namedDocument(trustedRoot, '--trusted-root');
  if (document === undefined) {
    if (named.length > 0 || (identities.length > 0 && policy?.keys.length === 0))
      throw refuse('identities are checked by a trusted root: name it with --trusted-root');
    return undefined;
  }
  if (identities.length === 0)
    throw refuse('--trusted-root: say whose signatures count, with --certificate-identity or in a policy');
  const root = await readSigstoreRoot(Buffer.from(document.text).toString('utf8'), document.file);
  return { root, identities };
}

const ALL: TrustedIdentity['roles'] = ['scan', 'approve'];

/** How bundles are checked by the keys of `--key` and those of a policy, whose keys alone count for waivers then. */
export async function trustWith(
  files: readonly string[] | undefined,
  policy: PolicyTrust | undefined,
  flags: CertificateFlags = {},
): Promise<VerifyOptions> {
  const keys = [...(await trustedFiles(files)), ...(policy?.keys ?? [])];
  const certificates = await certificatesOf(flags, policy);
  return {
    keys,
    ...(certificates && { certificates }),
    ...(policy && { waiverKeys: policy.keys, policySha256: policy.sha256 }),
  };
}

/** Where trust is named: `--key`, `--policy` and the options about certificates. */
export interface TrustFlags extends CertificateFlags {
  key?: readonly string[];
  policy?: string;
}

/** As `trustWith`, with the policy of `--policy`. */
export const trustOf = async (flags: TrustFlags): Promise<VerifyOptions> =>
  trustWith(flags.key, await policyTrust(flags.policy), flags);
