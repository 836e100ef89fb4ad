import { ATTESTATIONS, attestationPath } from '../attest/attestations.js';
import { isSignatureFile, placeOf, type SignatureFormat, signatureFile } from '../attest/sign.js';
import { shortIdOf } from '../lib/signing/keys.js';
import type { Problems } from './problems.js';
import type { SignedBy } from './signatures.js';

/** What the statement of a run says of its signatures. */
export interface SignedRun {
  run: string;
  /** Keyids. */
  signers: readonly string[];
  signatureFormats: readonly SignatureFormat[];
}

/**
 * Demands of each statement of a run the signatures that the run names, of each statement of the evidence those that any
 * run names, and that there is no other. Whoever takes one away must change a run statement, which the others cover; only
 * a whole run, with all of its signatures, leaves no trace in the bundle.
 */
export function checkSigners(
  files: readonly string[],
  runs: readonly SignedRun[],
  found: readonly SignedBy[],
  problems: Problems,
): void {
  if (runs.length > MOST_RUNS) {
    problems.add('runs', `has more than ${MOST_RUNS} records of runs`);
    return;
  }
  const wanted = wantedIn(files, runs);
  const present = new Set(files);
  for (const [file, { statement, keyid }] of wanted)
    if (!present.has(file)) problems.add(statement, `lacks the signature ${file}, by ${keyid}, that a run names`);
  for (const file of files.filter(isSignatureFile))
    if (!wanted.has(file)) problems.add(file, 'is a signature that no run names');
  for (const { signature, keyid } of found) {
    const named = wanted.get(signature)?.keyid;
    if (named !== undefined && named !== keyid) problems.add(signature, 'is of another key than the run names');
  }
}

interface Wanted {
  statement: string;
  keyid: string;
}

/** Far above what a bundle has; every run names signatures of every statement of the evidence. */
const MOST_RUNS = 4000;

/** By the file of each signature what it must be. */
function wantedIn(files: readonly string[], runs: readonly SignedRun[]): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  const own = new Map(runs.map((one) => [one.run, one]));
  for (const statement of files) {
    const place = placeOf(statement);
    if (place === undefined) continue;
    for (const { signers, signatureFormats } of signedBy(statement, runs, own))
      for (const keyid of signers)
        for (const format of signatureFormats)
          wanted.set(signatureFile(place, { shortId: shortIdOf(keyid) }, format), { statement, keyid });
  }
  return wanted;
}

const EVIDENCE: ReadonlySet<string> = new Set([
  'attestation.intoto.json',
  ...ATTESTATIONS.map(({ name }) => attestationPath(name)),
]);

/** Every run signs the evidence, and its own record. */
function signedBy(statement: string, runs: readonly SignedRun[], own: ReadonlyMap<string, SignedRun>) {
  if (EVIDENCE.has(statement)) return runs;
  const run = own.get(/^runs\/([^/]+)\//.exec(statement)?.[1] ?? '');
  return run === undefined ? [] : [run];
}
