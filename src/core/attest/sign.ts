import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../bundle/staging.js';
import { readPlainFile } from '../lib/plain-file.js';
import type { PrivateSigningKey } from '../lib/signing/keys.js';
import { signedStatement } from '../lib/signing/sigstore-bundle.js';

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
  const run = /^(runs\/[^/]+)\/run\.intoto\.json$/.exec(statement)?.[1];
  return run === undefined ? undefined : { statement, folder: run, name: 'run' };
}

export const signatureFile = ({ folder, name }: SignedPlace, { shortId }: { shortId: string }): string =>
  `${folder}/${name}.${shortId}.sigstore.json`;

/**
 * Signs every statement of a staged bundle, the exact bytes of its file, and writes the signatures beside.
 * Returns their paths inside the bundle. Throws `Fault` for a statement that cannot be read.
 */
export async function writeSignatures(folder: string, key: PrivateSigningKey): Promise<string[]> {
  const written: string[] = [];
  for (const statement of await statementsIn(folder)) {
    const place = placeOf(statement);
    if (place === undefined) continue;
    const bytes = await readPlainFile(join(folder, statement), MAX_STATEMENT);
    const file = signatureFile(place, key);
    await writeDurably(join(folder, file), [signedStatement(bytes, key)]);
    written.push(file);
  }
  return written;
}

async function statementsIn(folder: string): Promise<string[]> {
  const runs = await names(join(folder, 'runs'));
  const attestations = await names(join(folder, 'attestations'));
  return [
    'attestation.intoto.json',
    ...attestations.map((name) => `attestations/${name}`),
    ...runs.map((run) => `runs/${run}/run.intoto.json`),
  ];
}

/** A bundle need not have the folder. */
const names = async (folder: string): Promise<string[]> => (await readdir(folder).catch(() => [])).sort();
