import { join } from 'node:path';
import { placeOf, type SignedPlace } from '../attest/sign.js';
import { readPlainFile } from '../lib/plain-file.js';
import { IN_TOTO_PAYLOAD, signersOf } from '../lib/signing/dsse.js';
import type { PublicSigningKey } from '../lib/signing/keys.js';
import { type SigstoreBundle, sigstoreBundleSchema } from '../lib/signing/sigstore-bundle.js';
import { MAX_DOCUMENT, parseCanonical } from './document.js';
import { type BundleFolder, textOf } from './folder.js';
import { type Problems, Unsound } from './problems.js';
import { SIGNATURE } from './runs.js';

/** One signature that was found. */
export interface SignedBy {
  /** The statement's file. */
  statement: string;
  /** The signature's file. */
  signature: string;
  /** As the signature names its key; a hint unless `trusted`. */
  keyid: string;
  /** Made by one of the trusted keys, over the exact bytes of the statement. */
  trusted: boolean;
}

/** The base64 of a statement of `MAX_DOCUMENT`. */
const MAX_SIGNATURE = 2 * MAX_DOCUMENT;

/**
 * Checks every signature file, and that each statement is signed by a trusted key when `required`. A signature by a key
 * that is not among the trusted ones cannot be checked: it is listed as such and counts for nothing.
 */
export async function checkSignatures(
  folder: BundleFolder,
  statements: readonly string[],
  trusted: readonly PublicSigningKey[],
  required: boolean,
  problems: Problems,
): Promise<SignedBy[]> {
  const found: SignedBy[] = [];
  const places = statements.map(placeOf).filter((place) => place !== undefined);
  for (const file of folder.files.filter(isSignatureFile)) {
    const place = places.find(({ folder: at, name }) => file.startsWith(`${at}/${name}.`) && SIGNATURE.test(file));
    const signed = await problems.attempt(file, () => {
      if (place === undefined) throw new Unsound('is a signature of no statement of this bundle');
      return checkSignature(folder, file, place, trusted);
    });
    if (signed !== undefined) found.push(signed);
  }
  if (!required) return found;
  for (const statement of statements)
    if (!found.some((signed) => signed.trusted && signed.statement === statement))
      problems.add(statement, 'is not signed by a trusted key');
  return found;
}

const isSignatureFile = (path: string): boolean =>
  path.startsWith('signatures/') || (path.startsWith('runs/') && path.endsWith('.sigstore.json'));

async function checkSignature(
  folder: BundleFolder,
  file: string,
  { statement, folder: at, name }: SignedPlace,
  trusted: readonly PublicSigningKey[],
): Promise<SignedBy> {
  const bundle = parseCanonical(await textOf(folder, file, MAX_SIGNATURE), sigstoreBundleSchema);
  const { payloadType, payload, signatures } = bundle.dsseEnvelope;
  if (payloadType !== IN_TOTO_PAYLOAD) throw new Unsound('is about no in-toto statement');
  const bytes = await readPlainFile(join(folder.root, statement), MAX_DOCUMENT);
  if (bytes.toString('base64') !== payload) throw new Unsound(`is about other bytes than those of ${statement}`);
  const [signer] = signersOf(bundle.dsseEnvelope, trusted);
  const claimed = trusted.find((key) => file === `${at}/${name}.${key.shortId}.sigstore.json`);
  if (signer === undefined && (claimed ?? named(bundle, trusted)) !== undefined)
    throw new Unsound('does not verify with the key that it names');
  if (signer !== undefined && (claimed !== signer || !isNamed(bundle, signer)))
    throw new Unsound('names another key than the one that made it');
  return { statement, signature: file, keyid: signatures[0]?.keyid ?? 'unknown', trusted: signer !== undefined };
}

/** The trusted key that a signature says it was made with. */
const named = (bundle: SigstoreBundle, trusted: readonly PublicSigningKey[]) =>
  trusted.find(
    (key) =>
      key.hint === bundle.verificationMaterial.publicKey.hint ||
      bundle.dsseEnvelope.signatures.some(({ keyid }) => keyid === key.keyid),
  );

/** Hints decide nothing; they must be right all the same, so that no byte of a signature file can change unnoticed. */
const isNamed = ({ verificationMaterial, dsseEnvelope }: SigstoreBundle, key: PublicSigningKey): boolean =>
  verificationMaterial.publicKey.hint === key.hint && dsseEnvelope.signatures[0]?.keyid === key.keyid;
