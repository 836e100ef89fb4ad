import { type Envelope, IN_TOTO_PAYLOAD } from '../lib/signing/dsse.js';
import type { PublicSigningKey } from '../lib/signing/keys.js';
import { sigstoreBundleSchema } from '../lib/signing/sigstore-bundle.js';
import type { SignerIdentity } from '../lib/signing/sigstore-root.js';
import type { TrustedKey } from '../policy/trusted-keys.js';
import { MAX_DOCUMENT, MAX_SIGNATURE, parseCanonical } from './document.js';
import { type BundleFolder, textOf, wholeOf } from './folder.js';
import { keySigner, MISNAMED } from './key-signer.js';
import { Unsound } from './problems.js';
import { type Certificates, certifiedSigner, trustedAs } from './trusted.js';

/** Whose approvals count. */
export interface Approvers {
  trusted: readonly TrustedKey[];
  certificates?: Certificates | undefined;
}

/** Whose signature an approval says that it has, and the file of that. */
interface Claimed {
  keyid: string;
  shortId: string;
  path: string;
}

/** Who signed an approval; `name` only of whom is trusted to approve. */
export interface Approver {
  name: string | undefined;
  identity: SignerIdentity | null;
}

/** Who signed an approval, over the exact bytes of its statement. Throws `Unsound` for a signature that does not hold. */
export async function approverOf(
  folder: BundleFolder,
  file: string,
  claimed: Claimed,
  { trusted, certificates }: Approvers,
): Promise<Approver> {
  const bundle = parseCanonical(await textOf(folder, claimed.path, MAX_SIGNATURE), sigstoreBundleSchema);
  const { payloadType, payload } = bundle.dsseEnvelope;
  const bytes = await wholeOf(folder, file, MAX_DOCUMENT);
  if (payloadType !== IN_TOTO_PAYLOAD || payload !== bytes.toString('base64'))
    throw new Unsound(`its signature ${claimed.path} is about other bytes`);
  if ('publicKey' in bundle.verificationMaterial) {
    const signer = approverKey(bundle.dsseEnvelope, bundle.verificationMaterial.publicKey.hint, claimed, trusted);
    return { name: signer?.roles.includes('approve') ? signer.name : undefined, identity: null };
  }
  const { key, identity } = certifiedSigner(bundle, certificates?.root);
  if (!isNamed(bundle.dsseEnvelope, key, claimed)) throw new Unsound(MISNAMED);
  return { name: trustedAs(identity, 'approve', certificates)?.name, identity };
}

const isNamed = ({ signatures }: Envelope, { keyid, shortId }: PublicSigningKey, claimed: Claimed): boolean =>
  keyid === claimed.keyid && shortId === claimed.shortId && signatures[0]?.keyid === keyid;

/** The trusted key that signed an approval; undefined for a key that is not among them. Throws `Unsound`. */
function approverKey(
  envelope: Envelope,
  hint: string,
  claimed: Claimed,
  trusted: readonly TrustedKey[],
): TrustedKey | undefined {
  const keys = trusted.map(({ key }) => key);
  const signer = keySigner(envelope, keys, {
    mentions: (key) => key.keyid === claimed.keyid || key.hint === hint || key.shortId === claimed.shortId,
    names: (key) => key.hint === hint && isNamed(envelope, key, claimed),
  });
  return trusted.find(({ key }) => key === signer);
}
