import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../bundle/staging.js';
import { canonicalJson } from '../lib/canonical.js';
import { readPlainFile } from '../lib/plain-file.js';
import { IN_TOTO_PAYLOAD, signEnvelope } from '../lib/signing/dsse.js';
import type { KeylessSigner } from '../lib/signing/keyless/signer.js';
import type { PrivateSigningKey, PublicSigningKey } from '../lib/signing/keys.js';
import { sigstoreBundle } from '../lib/signing/sigstore-bundle.js';

/** Statements hold an outcome for each file that was not judged; above this size nobody could read one either. */
export const MAX_STATEMENT = 2 ** 26;

/** A statement file of a bundle and the folder and name of its signatures. */
export interface SignedPlace {
  statement: string;
  folder: string;
  name: string;
}

/** The statement about the scan, and those under `attestations/`. */
export function placeOf(statement: string): SignedPlace | undefined {
  if (statement === 'attestation.intoto.json') return { statement, folder: 'signatures', name: 'scan' };
  const name = /^attestations\/([a-z0-9][a-z0-9-]{0,63})\.intoto\.json$/.exec(statement)?.[1];
  if (name !== undefined && name !== 'scan') return { statement, folder: 'signatures', name };
  // Beside its statement: a record of a later run is added to a bundle as one folder.
  const [, folder, ofRun] = /^(runs\/[^/]+)\/(run|vulns-[a-z0-9][a-z0-9-]{0,63})\.intoto\.json$/.exec(statement) ?? [];
  return folder === undefined || ofRun === undefined ? undefined : { statement, folder, name: ofRun };
}

/** A Sigstore bundle around an envelope, or the envelope by itself (DSSE). */
export const SIGNATURE_FORMATS = ['sigstore', 'dsse'] as const;
export type SignatureFormat = (typeof SIGNATURE_FORMATS)[number];

/** By whom, and in which form, a run is signed, as its statement says; `signers` are keyids, sorted. */
export interface SignedAs {
  signers: string[];
  signatureFormats: SignatureFormat[];
}

/**
 * What a run statement says of its signatures. It is written before anything is signed, so that every signature covers
 * the names of all others, and none can be taken away unnoticed.
 */
export const signedAs = (
  keys: readonly Pick<PublicSigningKey, 'keyid'>[],
  formats: readonly SignatureFormat[] = DEFAULT_FORMATS,
): SignedAs => ({
  signers: keys.map(({ keyid }) => keyid).sort(),
  signatureFormats: keys.length === 0 ? [] : [...formats].sort(),
});

const DEFAULT_FORMATS: readonly SignatureFormat[] = ['sigstore'];

/** The file of one key's signature; a statement has as many as there are keys and formats. */
export const signatureFile = (
  { folder, name }: SignedPlace,
  { shortId }: { shortId: string },
  format: SignatureFormat,
): string => `${folder}/${name}.${shortId}.${format}.json`;

/** The name of a signature's file: of what, by which key, in which form. */
export const SIGNATURE_NAME = /(^|\/)[a-z0-9-]+\.[0-9a-f]{8}\.(?:sigstore|dsse)\.json$/;

/** Whether a file of a bundle has the place of a signature over a statement. */
export const isSignatureFile = (path: string): boolean =>
  path.startsWith('signatures/') || (path.startsWith('runs/') && SIGNATURE_NAME.test(path));

/**
 * Signs every statement of a staged bundle, the exact bytes of its file, and writes the signatures beside: one file for
 * each format. Returns their paths inside the bundle. Throws `Fault` for a statement that cannot be read.
 */
export const writeSignatures = (
  folder: string,
  key: PrivateSigningKey,
  formats: readonly SignatureFormat[] = DEFAULT_FORMATS,
): Promise<string[]> =>
  signEach(folder, (statement, place) => {
    const envelope = signEnvelope(statement, IN_TOTO_PAYLOAD, key);
    const contentOf = (format: SignatureFormat) => (format === 'dsse' ? envelope : sigstoreBundle(envelope, key));
    return formats.map((format) => [signatureFile(place, key, format), canonicalJson(contentOf(format))]);
  });

/** As `writeSignatures`, with a certificate: that only a Sigstore bundle can hold. Throws `Fault` that names a service. */
export const writeKeylessSignatures = (
  folder: string,
  signer: KeylessSigner,
  signal?: AbortSignal,
): Promise<string[]> =>
  signEach(folder, async (statement, place) => [
    [signatureFile(place, signer.key, 'sigstore'), await signer.sign(statement, signal)],
  ]);

type SignatureFile = [path: string, content: string];

async function signEach(
  folder: string,
  sign: (statement: Buffer, place: SignedPlace) => SignatureFile[] | Promise<SignatureFile[]>,
): Promise<string[]> {
  const written: string[] = [];
  for (const statement of await statementsIn(folder)) {
    const place = placeOf(statement);
    if (place === undefined) continue;
    for (const [file, content] of await sign(await readPlainFile(join(folder, statement), MAX_STATEMENT), place)) {
      await writeDurably(join(folder, file), [content]);
      written.push(file);
    }
  }
  return written;
}

async function statementsIn(folder: string): Promise<string[]> {
  const attestations = await names(join(folder, 'attestations'));
  const runs = await names(join(folder, 'runs'));
  const records = await Promise.all(
    runs.map(async (run) => (await names(join(folder, 'runs', run))).map((name) => `runs/${run}/${name}`)),
  );
  return ['attestation.intoto.json', ...attestations.map((name) => `attestations/${name}`), ...records.flat()];
}

/** A bundle need not have the folder. */
const names = async (folder: string): Promise<string[]> => (await readdir(folder).catch(nothingThere)).sort();

/** Any other failure would leave statements unsigned. */
function nothingThere(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
