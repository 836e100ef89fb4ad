import { ATTESTATIONS, attestationPath } from '../attest/attestations.js';
import type { StatementFacts } from '../attest/statement.js';
import { MAX_DOCUMENT } from './document.js';
import { type BundleFolder, measure, textOf } from './folder.js';
import { type Problems, Unsound } from './problems.js';
import { compare } from './rendered.js';

/** Makes every statement under `attestations/` again: each must be there, byte by byte, and no other. */
export async function checkAttestations(
  folder: BundleFolder,
  given: Omit<StatementFacts, 'scanSha256' | 'read'>,
  problems: Problems,
): Promise<void> {
  const read = (path: string) => textOf(folder, path, MAX_DOCUMENT);
  const scan = await problems.attempt('attestation.intoto.json', () => measure(folder, 'attestation.intoto.json'));
  if (scan === undefined) return;
  const facts: StatementFacts = { ...given, scanSha256: scan.sha256, read };
  const known = new Set<string>();
  for (const { name, make } of ATTESTATIONS) {
    const path = attestationPath(name);
    const made = await problems.attempt(path, () => make(facts));
    if (made === undefined) continue;
    known.add(path);
    await problems.attempt(path, () => {
      if (!folder.files.includes(path)) throw new Unsound('is missing');
      return compare(folder, path, made);
    });
  }
  for (const file of folder.files)
    if (file.startsWith('attestations/') && !known.has(file))
      problems.add(file, 'is no statement that the evidence gives when it is made again');
}
