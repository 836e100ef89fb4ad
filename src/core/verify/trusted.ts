import { signersOf } from '../lib/signing/dsse.js';
import { certifiedKey, type PublicSigningKey } from '../lib/signing/keys.js';
import type { SigstoreBundle } from '../lib/signing/sigstore-bundle.js';
import type { SignerIdentity, SigstoreRoot } from '../lib/signing/sigstore-root.js';
import type { TrustedIdentity } from '../policy/trust.js';
import { identityName } from '../policy/trusted-keys.js';
import { Unsound } from './problems.js';

/** By what keyless signatures are checked. */
export interface Certificates {
  root: SigstoreRoot;
  /** Those that count, each for its roles. */
  identities: readonly TrustedIdentity[];
}

/** Who made a keyless signature. */
export interface CertifiedSigner {
  key: PublicSigningKey;
  /** Null where there is no trusted root to check the certificate by. */
  identity: SignerIdentity | null;
}

/**
 * Checks a signature by the certificate that comes with it. Throws `Unsound` when it is not by the certificate's key, and
 * when the certificate does not hold under the trusted root; whether its identity counts is for `trustedAs` to say.
 */
export function certifiedSigner(bundle: SigstoreBundle, root: SigstoreRoot | undefined): CertifiedSigner {
  if (!('certificate' in bundle.verificationMaterial)) throw new Unsound('has no certificate');
  const der = Buffer.from(bundle.verificationMaterial.certificate.rawBytes, 'base64');
  const key = certifiedKey(der, 'its certificate');
  if (signersOf(bundle.dsseEnvelope, [key]).length === 0) throw new Unsound('does not verify with its certificate');
  if (root === undefined) return { key, identity: null };
  try {
    return { key, identity: root.identityOf(bundle) };
  } catch (error) {
    throw new Unsound(`its certificate does not hold: ${error instanceof Error ? error.message : error}`);
  }
}

/** The trusted identity of a role that a certificate is about. */
export const trustedAs = (
  identity: SignerIdentity | null,
  role: TrustedIdentity['roles'][number],
  certificates: Certificates | undefined,
): TrustedIdentity | undefined =>
  identity === null
    ? undefined
    : certificates?.identities.find((one) => one.roles.includes(role) && identityName(one) === identityName(identity));
