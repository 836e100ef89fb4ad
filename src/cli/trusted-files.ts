import { digestOf } from '../core/lib/digest.js';
import { Refusal } from '../core/lib/errors.js';
import { loadPublicKey } from '../core/lib/signing/key-file.js';
import { readPolicy } from '../core/policy/default.js';
import { fullyTrusted, type TrustedKey, trustedKeys } from '../core/policy/trusted-keys.js';
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
  approvals: number;
  /** As evidence names that policy. */
  sha256: string;
}

/** The trust of the policy that `--policy` names. Throws `Refusal` for a policy without keys: it would check nothing. */
export async function policyTrust(file: string | undefined): Promise<PolicyTrust | undefined> {
  const document = await namedDocument(file, '--policy');
  if (document === undefined) return undefined;
  const policy = readPolicy(document.text, document.file);
  const keys = trustedKeys(policy, document.file);
  if (keys.length > 0) return { keys, approvals: policy.trust.approvals, sha256: digestOf(policy) };
  throw new Refusal('usage', [{ file: document.file, message: 'names no key under `trust.keys`' }]);
}

/** How bundles are checked by the keys of `--key` and the policy of `--policy`, whose keys alone count for waivers then. */
export async function trustOf(files: readonly string[] | undefined, file: string | undefined): Promise<VerifyOptions> {
  const policy = await policyTrust(file);
  const keys = [...(await trustedFiles(files)), ...(policy?.keys ?? [])];
  return { keys, ...(policy && { waiverKeys: policy.keys, policySha256: policy.sha256 }) };
}
