import { join } from 'node:path';
import { type VulnerabilityScan, vulnerabilityScans, vulnsStatement } from '../attest/predicates/vulns.js';
import type { Evidence } from '../bundle/documents.js';
import { readFindings } from '../findings/merge.js';
import type { BundleFolder } from './folder.js';
import { type Problems, Unsound } from './problems.js';
import { compare } from './rendered.js';

/** What advisory scanners found, from findings that have been checked. Read once for all records of a bundle. */
export const scansOf = (folder: BundleFolder, evidence: Evidence): Promise<readonly VulnerabilityScan[]> =>
  vulnerabilityScans(evidence, () => readFindings(join(folder.root, 'findings.jsonl')));

/** A run record, and what its statements on vulnerabilities must agree with. */
export interface VulnsRecord {
  /** Path of the record in the bundle. */
  at: string;
  files: ReadonlySet<string>;
  evidence: Evidence;
  indexSha256: string;
  times: { started: string; finished: string };
}

/** Makes the statements on vulnerabilities of one record again: each must be there, byte by byte, and no other. */
export async function checkVulns(
  folder: BundleFolder,
  scans: readonly VulnerabilityScan[],
  { at, files, evidence, indexSha256, times }: VulnsRecord,
  problems: Problems,
): Promise<void> {
  const known = new Map(scans.map((scan) => [`${scan.name}.intoto.json`, scan]));
  for (const [name, scan] of known) {
    await problems.attempt(`${at}/${name}`, () => {
      if (!files.has(name)) throw new Unsound('is missing');
      return compare(folder, `${at}/${name}`, vulnsStatement(evidence, indexSha256, scan, times));
    });
  }
  for (const name of files)
    if (name.endsWith('.intoto.json') && name !== 'run.intoto.json' && !known.has(name))
      problems.add(`${at}/${name}`, 'is no statement that the evidence gives when it is made again');
}
