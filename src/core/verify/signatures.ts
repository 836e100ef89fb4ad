import { join } from 'node:path';
import { placeOf, type SignatureFormat, type SignedPlace, signatureFile } from '../attest/sign.js';
import { readPlainFile } from '../lib/plain-file.js';
import { type Envelope, IN_TOTO_PAYLOAD, signersOf, singleSignature } from '../lib/signing/dsse.js';
import type { PublicSigningKey } from '../lib/signing/keys.js';
import { sigstoreBundleSchema } from '../lib/signing/sigstore-bundle.js';
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
  const places = new Map(statements.flatMap(placeOfEach));
  for (const file of folder.files.filter(isSignatureFile)) {
    const place = SIGNATURE.test(file) ? places.get(file.replace(ENDING, '')) : undefined;
    const signed = await problems.attempt(file, () => {
      if (place === undefined) throw new Unsound('is a signature of no statement of this bundle');
      return checkSignature(folder, file, place, trusted);
    });
    if (signed !== undefined) found.push(signed);
  }
  if (!required) return found;
  const vouched = new Set(found.filter((signed) => signed.trusted).map(({ statement }) => statement));
  for (const statement of statements)
    if (!vouched.has(statement)) problems.add(statement, 'is not signed by a trusted key');
  return found;
}

const ENDING = /\.[0-9a-f]{8}\.(?:sigstore|dsse)\.json$/;

/** A statement's place by what its signatures' names begin with. */
function placeOfEach(statement: string): [string, SignedPlace][] {
  const place = placeOf(statement);
  return place === undefined ? [] : [[`${place.folder}/${place.name}`, place]];
}

const isSignatureFile = (path: string): boolean =>
  path.startsWith('signatures/') || (path.startsWith('runs/') && SIGNATURE.test(path));

async function checkSignature(
  folder: BundleFolder,
  file: string,
  place: SignedPlace,
  trusted: readonly PublicSigningKey[],
): Promise<SignedBy> {
  const { statement } = place;
  const { format, envelope, hint } = readSignature(file, await textOf(folder, file, MAX_SIGNATURE));
  const [{ keyid } = { keyid: undefined }] = envelope.signatures;
  if (envelope.payloadType !== IN_TOTO_PAYLOAD) throw new Unsound('is about no in-toto statement');
  const bytes = await readPlainFile(join(folder.root, statement), MAX_DOCUMENT);
  if (bytes.toString('base64') !== envelope.payload)
    throw new Unsound(`is about other bytes than those of ${statement}`);
  const [signer] = signersOf(envelope, trusted);
  const claimed = trusted.find((key) => file === signatureFile(place, key, format));
  const named = trusted.find((key) => key.hint === hint || key.keyid === keyid);
  if (signer === undefined && (claimed ?? named) !== undefined)
    throw new Unsound('does not verify with the key that it names');
  // Hints decide nothing; they must be right all the same, so that no byte of a signature file can change unnoticed.
  const isNamed = signer?.keyid === keyid && (hint === undefined || signer?.hint === hint);
  if (signer !== undefined && (claimed !== signer || !isNamed))
    throw new Unsound('names another key than the one that made it');
  return { statement, signature: file, keyid: keyid ?? 'unknown', trusted: signer !== undefined };
}

interface Signature {
  format: SignatureFormat;
  envelope: Envelope;
  /** What a Sigstore bundle says of its key; an envelope by itself has no such thing. */
  hint: string | undefined;
}

/** The file's name says what is in it. */
function readSignature(file: string, text: string): Signature {
  if (file.endsWith('.dsse.json'))
    return { format: 'dsse', envelope: parseCanonical(text, singleSignature), hint: undefined };
  const { dsseEnvelope, verificationMaterial } = parseCanonical(text, sigstoreBundleSchema);
  return { format: 'sigstore', envelope: dsseEnvelope, hint: verificationMaterial.publicKey.hint };
}
