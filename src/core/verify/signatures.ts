import {
  isSignatureFile,
  placeOf,
  SIGNATURE_NAME,
  type SignatureFormat,
  type SignedPlace,
  signatureFile,
} from '../attest/sign.js';
import { type Envelope, IN_TOTO_PAYLOAD, singleSignature } from '../lib/signing/dsse.js';
import type { PublicSigningKey } from '../lib/signing/keys.js';
import { type SigstoreBundle, sigstoreBundleSchema } from '../lib/signing/sigstore-bundle.js';
import type { SignerIdentity } from '../lib/signing/sigstore-root.js';
import { MAX_DOCUMENT, MAX_SIGNATURE, parseCanonical } from './document.js';
import { type BundleFolder, textOf, wholeOf } from './folder.js';
import { keySigner, MISNAMED } from './key-signer.js';
import { type Problems, Unsound } from './problems.js';
import { type Certificates, certifiedSigner, trustedAs } from './trusted.js';

/** One signature that was found. */
export interface SignedBy {
  /** The statement's file. */
  statement: string;
  /** The signature's file. */
  signature: string;
  /** As the signature names its key; a hint unless `trusted`. */
  keyid: string;
  /** Whom its certificate is about; null without one, and where there is no trusted root to check it by. */
  identity: SignerIdentity | null;
  /** Made by one of the trusted keys, or in a trusted identity, over the exact bytes of the statement. */
  trusted: boolean;
}

/** Whose signatures over statements count. */
export interface ScanSigners {
  keys: readonly PublicSigningKey[];
  certificates?: Certificates | undefined;
}

/**
 * Checks every signature file, and that each statement is signed by a trusted key or identity when `required`. A signature
 * by a key that is not among the trusted ones cannot be checked, nor one by a certificate without a trusted root: it is
 * listed as such and counts for nothing.
 */
export async function checkSignatures(
  folder: BundleFolder,
  statements: readonly string[],
  trusted: ScanSigners,
  required: boolean,
  problems: Problems,
): Promise<SignedBy[]> {
  const found: SignedBy[] = [];
  const places = new Map(statements.flatMap(placeOfEach));
  for (const file of folder.files.filter(isSignatureFile)) {
    const place = SIGNATURE_NAME.test(file) ? places.get(file.replace(ENDING, '')) : undefined;
    const signed = await problems.attempt(file, () => {
      if (place === undefined) throw new Unsound('is a signature of no statement of this bundle');
      return checkSignature(folder, file, place, trusted);
    });
    if (signed !== undefined) found.push(signed);
  }
  if (!required) return found;
  const whom = trusted.certificates === undefined ? 'key' : 'key or identity';
  const vouched = new Set(found.filter((signed) => signed.trusted).map(({ statement }) => statement));
  for (const statement of statements)
    if (!vouched.has(statement)) problems.add(statement, `is not signed by a trusted ${whom}`);
  return found;
}

const ENDING = /\.[0-9a-f]{8}\.(?:sigstore|dsse)\.json$/;

/** A statement's place by what its signatures' names begin with. */
function placeOfEach(statement: string): [string, SignedPlace][] {
  const place = placeOf(statement);
  return place === undefined ? [] : [[`${place.folder}/${place.name}`, place]];
}

async function checkSignature(
  folder: BundleFolder,
  file: string,
  place: SignedPlace,
  trusted: ScanSigners,
): Promise<SignedBy> {
  const { statement } = place;
  const signature = readSignature(file, await textOf(folder, file, MAX_SIGNATURE));
  const { envelope } = signature;
  if (envelope.payloadType !== IN_TOTO_PAYLOAD) throw new Unsound('is about no in-toto statement');
  const bytes = await wholeOf(folder, statement, MAX_DOCUMENT);
  if (bytes.toString('base64') !== envelope.payload)
    throw new Unsound(`is about other bytes than those of ${statement}`);
  const [{ keyid = 'unknown' } = {}] = envelope.signatures;
  const found = { statement, signature: file, keyid };
  return signature.certified === undefined
    ? { ...found, identity: null, trusted: isByKey(file, place, signature, trusted.keys) }
    : { ...found, ...byCertificate(file, place, signature.certified, trusted.certificates) };
}

/** Whether a trusted key made it. Throws `Unsound` when it names one and is not by it. */
function isByKey(
  file: string,
  place: SignedPlace,
  { format, envelope, hint }: Signature,
  trusted: readonly PublicSigningKey[],
): boolean {
  const [{ keyid } = { keyid: undefined }] = envelope.signatures;
  const isOf = (key: PublicSigningKey): boolean => file === signatureFile(place, key, format);
  const signer = keySigner(envelope, trusted, {
    mentions: (key) => isOf(key) || key.hint === hint || key.keyid === keyid,
    names: (key) => isOf(key) && key.keyid === keyid && (hint === undefined || key.hint === hint),
  });
  return signer !== undefined;
}

function byCertificate(
  file: string,
  place: SignedPlace,
  bundle: SigstoreBundle,
  certificates: Certificates | undefined,
): Pick<SignedBy, 'identity' | 'trusted'> {
  const { key, identity } = certifiedSigner(bundle, certificates?.root);
  const isNamed = bundle.dsseEnvelope.signatures[0]?.keyid === key.keyid;
  if (!isNamed || file !== signatureFile(place, key, 'sigstore')) throw new Unsound(MISNAMED);
  return { identity, trusted: trustedAs(identity, 'scan', certificates) !== undefined };
}

interface Signature {
  format: SignatureFormat;
  envelope: Envelope;
  /** What a Sigstore bundle says of its key; an envelope by itself has no such thing. */
  hint?: string;
  /** The whole bundle, where it brings a certificate. */
  certified?: SigstoreBundle;
}

/** The file's name says what is in it. */
function readSignature(file: string, text: string): Signature {
  if (file.endsWith('.dsse.json')) return { format: 'dsse', envelope: parseCanonical(text, singleSignature) };
  const bundle = parseCanonical(text, sigstoreBundleSchema);
  const { dsseEnvelope: envelope, verificationMaterial: material } = bundle;
  const more = 'publicKey' in material ? { hint: material.publicKey.hint } : { certified: bundle };
  return { format: 'sigstore', envelope, ...more };
}
