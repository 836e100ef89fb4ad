import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../bundle/staging.js';
import { canonicalJson } from '../lib/canonical.js';
import { readPlainFile } from '../lib/plain-file.js';
import { IN_TOTO_PAYLOAD, signEnvelope } from '../lib/signing/dsse.js';
import type { PrivateSigningKey } from '../lib/signing/keys.js';
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

/** The file of one key's signature; a statement has as many as there are keys and formats. */
export const signatureFile = (
  { folder, name }: SignedPlace,
  { shortId }: { shortId: string },
  format: SignatureFormat,
): string => `${folder}/${name}.${shortId}.${format}.json`;

/**
 * Signs every statement of a staged bundle, the exact bytes of its file, and writes the signatures beside: one file for
 * each format. Returns their paths inside the bundle. Throws `Fault` for a statement that cannot be read.
 */
export async function writeSignatures(
  folder: string,
  key: PrivateSigningKey,
  formats: readonly SignatureFormat[] = ['sigstore'],
): Promise<string[]> {
  const written: string[] = [];
  for (const statement of await statementsIn(folder)) {
    const place = placeOf(statement);
    if (place === undefined) continue;
    const envelope = signEnvelope(await readPlainFile(join(folder, statement), MAX_STATEMENT), IN_TOTO_PAYLOAD, key);
    for (const format of formats) {
      const file = signatureFile(place, key, format);
      const content = format === 'dsse' ? envelope : sigstoreBundle(envelope, key);
      await writeDurably(join(folder, file), [canonicalJson(content)]);
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
const names = async (folder: string): Promise<string[]> => (await readdir(folder).catch(() => [])).sort();
