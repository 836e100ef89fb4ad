import { X509Certificate } from 'node:crypto';
import type { TrustedRoot } from '@sigstore/protobuf-specs';
import { Refusal } from '../errors.js';
import type { SigstoreBundle } from './sigstore-bundle.js';

/** Whom a certificate is about: the subject, as the identity provider vouched for it. */
export interface SignerIdentity {
  issuer: string;
  subject: string;
}

/** The authorities and logs that a verifier trusts. */
export interface SigstoreRoot {
  /**
   * Whose signature a bundle with a certificate holds. Checks the certificate's chain, its entry in a certificate log, that
   * it was valid at the time that a log or a timestamp authority gives (never by a clock), and the signature itself. Throws
   * `Error` with the reason.
   */
  identityOf(bundle: SigstoreBundle): SignerIdentity;
}

/**
 * Reads a trusted root (sigstore_trustroot.proto, `TrustedRoot`, as JSON). What it has decides what is demanded: an entry
 * in a log where it names logs, a timestamp where it names none. Throws `Refusal` for one that could not tell when a
 * signature was made, or whose.
 */
export async function readSigstoreRoot(text: string, file: string): Promise<SigstoreRoot> {
  // Loaded when a certificate is to be checked: nothing else needs them.
  const [{ bundleFromJSON }, { TrustedRoot }, { toSignedEntity, toTrustMaterial, Verifier }] = await Promise.all([
    import('@sigstore/bundle'),
    import('@sigstore/protobuf-specs'),
    import('@sigstore/verify'),
  ]);
  const { root, material } = attempt(file, () => {
    const read = TrustedRoot.fromJSON(JSON.parse(text));
    return { root: read, material: toTrustMaterial(read) };
  });
  if (root.certificateAuthorities.length === 0) throw refuse(file, 'names no certificate authority');
  if (root.tlogs.length === 0 && root.timestampAuthorities.length === 0)
    throw refuse(file, 'names neither a log nor a timestamp authority, so nothing tells when a signature was made');
  const verifier = new Verifier(material, thresholds(root));
  const authorities = attempt(file, () => certificatesIn(root));
  return {
    identityOf: (bundle) => {
      const { identity } = verifier.verify(toSignedEntity(bundleFromJSON(bundle)));
      if (!isExact(bundle, authorities)) throw new Error('the certificate has other bytes than those that were signed');
      return named(identity);
    },
  };
}

const certificatesIn = ({ certificateAuthorities }: TrustedRoot): X509Certificate[] =>
  certificateAuthorities.flatMap(({ certChain }) =>
    (certChain?.certificates ?? []).map(({ rawBytes }) => new X509Certificate(rawBytes)),
  );

/** The library reads a certificate leniently and checks what it has read, written anew; OpenSSL checks the bytes. */
function isExact({ verificationMaterial: material }: SigstoreBundle, authorities: readonly X509Certificate[]): boolean {
  if (!('certificate' in material)) return false;
  const der = Buffer.from(material.certificate.rawBytes, 'base64');
  const certificate = new X509Certificate(der);
  return certificate.raw.equals(der) && authorities.some(({ publicKey }) => certificate.verify(publicKey));
}

const thresholds = ({ tlogs, ctlogs }: TrustedRoot) => ({
  tlogThreshold: tlogs.length > 0 ? 1 : 0,
  ctlogThreshold: ctlogs.length > 0 ? 1 : 0,
  timestampThreshold: 1,
});

interface Found {
  subjectAlternativeName?: string | undefined;
  extensions?: { issuer?: string | undefined } | undefined;
}

/** The library compares names as regular expressions; here they are compared by whoever asks, as they are. */
function named(found: Found | undefined): SignerIdentity {
  const [subject, issuer] = [found?.subjectAlternativeName, found?.extensions?.issuer];
  if (!subject || !issuer) throw new Error('the certificate names no subject or no issuer');
  return { issuer, subject };
}

function attempt<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw refuse(file, 'is no trusted root of Sigstore (trusted_root.json)', cause);
  }
}

const refuse = (file: string, message: string, cause?: unknown): Refusal =>
  new Refusal('usage', [{ file, message }], { cause });
