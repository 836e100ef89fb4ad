import { type Problem, Refusal } from '../lib/errors.js';
import { type PublicSigningKey, readPublicKey } from '../lib/signing/keys.js';
import type { SignerIdentity } from '../lib/signing/sigstore-root.js';
import type { Policy } from './policy.js';
import { KEY_ROLES, type KeyRole, type TrustedIdentity } from './trust.js';

/** A key that somebody trusts, and what it may vouch for. */
export interface TrustedKey {
  key: PublicSigningKey;
  /** As the policy names it. */
  name: string;
  roles: readonly KeyRole[];
}

/** The keys of a policy. Throws `Refusal` for each that cannot be read, and for a key that stands there twice. */
export function trustedKeys({ trust }: Pick<Policy, 'trust'>, file: string): TrustedKey[] {
  const problems: Problem[] = [];
  const keys = trust.keys.flatMap(({ name, roles, publicKey }, i): TrustedKey[] => {
    const path = `trust.keys[${i}].publicKey`;
    try {
      return [{ key: readPublicKey(publicKey, file), name, roles }];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(...error.problems.map((problem) => ({ ...problem, path })));
      return [];
    }
  });
  const ids = keys.map(({ key }) => key.keyid);
  // Two entries of one key would let it stand for two people.
  const twice = keys.find(({ key }, i) => ids.indexOf(key.keyid) !== i);
  if (twice !== undefined)
    problems.push({ file, path: 'trust.keys', message: `the key of ${twice.name} is there twice` });
  if (problems.length > 0) throw new Refusal('policy', problems);
  return keys;
}

/** The identities of a policy. Throws `Refusal` for one that stands there twice. */
export function trustedIdentities({ trust }: Pick<Policy, 'trust'>, file: string): readonly TrustedIdentity[] {
  const names = trust.identities.map(identityName);
  const twice = trust.identities.find((one, i) => names.indexOf(identityName(one)) !== i);
  // Two entries of one identity would let it stand for two people.
  if (twice === undefined) return trust.identities;
  const message = `the identity of ${twice.name} is there twice`;
  throw new Refusal('policy', [{ file, path: 'trust.identities', message }]);
}

/** An identity in one text; an issuer has no space in it. */
export const identityName = ({ issuer, subject }: SignerIdentity): string => `${issuer} ${subject}`;

/** A key that the operator names by itself may vouch for everything. */
export const fullyTrusted = (key: PublicSigningKey, name: string): TrustedKey => ({ key, name, roles: KEY_ROLES });

/** Those of `keys` that may vouch for something of this kind. */
export const withRole = (keys: readonly TrustedKey[], role: KeyRole): PublicSigningKey[] =>
  keys.filter(({ roles }) => roles.includes(role)).map(({ key }) => key);
