import type { Evidence } from '../../bundle/documents.js';
import { canonicalJson } from '../../lib/canonical.js';
import type { AdvisoryPack, Step } from '../../plan/plan.js';
import { type Statement, statement, subjects } from '../statement.js';

/** in-toto/attestation, spec/predicates/vulns_02.md. */
export const VULNS_PREDICATE = 'https://in-toto.io/attestation/vulns/v0.2';

interface Vulnerability {
  id: string;
  severity: { method: string; score: string }[];
  annotations: Record<string, unknown>[];
}

interface Scanner {
  uri: string;
  version: string;
  db: { version: string; lastUpdate: string };
  result: Vulnerability[];
}

export interface VulnsPredicate {
  scanner: Scanner;
  metadata: { scanStartedOn: string; scanFinishedOn: string };
}

/** What an advisory scanner found. All but the times of the scan, which vary. */
export interface VulnerabilityScan {
  /** Of the file in a run record: `<name>.intoto.json`. */
  name: string;
  scanner: Scanner;
}

/** The parts of a finding that are read here. */
interface Found {
  tool: string;
  severity: string;
  vulnerability?: { ids: string[]; purl?: string | undefined } | undefined;
}

/**
 * One entry for each advisory scanner that had an answer. A scanner that failed has none: an empty list would say that
 * it found nothing. `findings` is asked for when there is such a scanner.
 */
export async function vulnerabilityScans(
  { plan, outcomes }: Evidence,
  findings: () => AsyncIterable<readonly Found[]>,
): Promise<VulnerabilityScan[]> {
  const answered = plan.steps.flatMap((step) => {
    const status = outcomes.find((outcome) => outcome.step === step.id)?.status;
    const database = databaseOf(step.advisories?.packs ?? []);
    return database !== undefined && (status === 'clean' || status === 'findings') ? [{ step, database }] : [];
  });
  if (answered.length === 0) return [];
  const found = new Map(answered.map(({ step }) => [step.tool, new Map<string, Vulnerability>()]));
  for await (const batch of findings())
    for (const finding of batch) {
      const entry = vulnerabilityOf(finding);
      if (entry !== undefined) found.get(finding.tool)?.set(`${entry.id} ${canonicalJson(entry)}`, entry);
    }
  return answered.map(({ step, database }) => ({
    name: `vulns-${step.tool}`,
    scanner: { ...identityOf(step), db: database, result: sorted(found.get(step.tool)) },
  }));
}

export const vulnsStatement = (
  { snapshot }: Evidence,
  indexSha256: string,
  { scanner }: VulnerabilityScan,
  { started, finished }: { started: string; finished: string },
): Statement<VulnsPredicate> =>
  statement(subjects(snapshot, indexSha256), VULNS_PREDICATE, {
    scanner,
    metadata: { scanStartedOn: started, scanFinishedOn: finished },
  });

/** A package URL of type generic (packageurl, PURL-TYPES): what ran is the lock entry, whoever packed it. */
const identityOf = ({ tool, version }: Step) => ({
  uri: `pkg:generic/${tool}@${encodeURIComponent(version)}`,
  version,
});

/** The packs by name and digest. They are as old as the oldest of them. */
function databaseOf(packs: readonly AdvisoryPack[]): Scanner['db'] | undefined {
  const [oldest] = packs.map(({ newest }) => newest).sort();
  if (oldest === undefined) return undefined;
  return { version: packs.map(({ name, digest }) => `${name}:${digest}`).join(' '), lastUpdate: oldest };
}

function vulnerabilityOf({ severity, vulnerability }: Found): Vulnerability | undefined {
  const [id, ...aliases] = vulnerability?.ids ?? [];
  if (id === undefined) return undefined;
  const { purl } = vulnerability ?? {};
  return {
    id,
    severity: [{ method: 'security-scan', score: severity }],
    annotations: [{ aliases, ...(purl !== undefined && { purl }) }],
  };
}

const sorted = (entries: ReadonlyMap<string, Vulnerability> = new Map()): Vulnerability[] =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
