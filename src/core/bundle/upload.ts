import type { Finding } from '../findings/finding.js';
import { type FindingSeverity, SEVERITIES } from '../lib/severity.js';
import type { Exempt } from '../verdict/exceptions.js';
import type { SarifRun } from './sarif.js';

/** GitHub's limits (docs: SARIF support for code scanning): runs in a file, and results of a run that it keeps. */
const MAX_RUNS = 20;
const MAX_RESULTS = 5000;

const ORDER: readonly FindingSeverity[] = [...SEVERITIES, 'none'];

/**
 * The runs of results.upload.sarif: without failed ones, whose empty results would close alerts, and cut to what GitHub
 * keeps, the most severe first. Findings of the history are left out: GitHub shows places of the scanned commit alone.
 */
export function uploadRuns(runs: readonly SarifRun[]): SarifRun[] {
  const usable = runs.filter(({ outcome }) => outcome.status === 'clean' || outcome.status === 'findings');
  return usable.slice(0, MAX_RUNS).map((run) => ({ ...run, findings: () => mostSevere(run) }));
}

/** The run with an eye on its findings: once they were all read, whether an upload has every one of them. */
export function watched(run: SarifRun): { run: SarifRun; isWhole: () => boolean } {
  let [found, leftOut] = [0, 0];
  async function* findings() {
    for await (const batch of run.findings()) {
      found += batch.length;
      leftOut += batch.filter((finding) => !isUploaded(finding, run.exempt)).length;
      yield batch;
    }
  }
  return { run: { ...run, findings }, isWhole: () => leftOut === 0 && found <= MAX_RESULTS };
}

/** Whether GitHub is to show a finding: not one of the history, whose place it does not have, nor a suppressed one. */
export const isUploaded = (finding: Finding, exempt: Exempt | undefined): boolean =>
  finding.commit === undefined && exempt?.(finding) === undefined;

async function* mostSevere({ findings, exempt }: SarifRun): AsyncGenerator<readonly Finding[]> {
  const room = new Map<FindingSeverity, number>();
  for await (const batch of findings())
    for (const finding of batch)
      if (isUploaded(finding, exempt)) room.set(finding.severity, (room.get(finding.severity) ?? 0) + 1);
  const places = uploadPlaces(room);
  const hasPlace = (finding: Finding): boolean => {
    const left = places.get(finding.severity) ?? 0;
    if (left === 0 || !isUploaded(finding, exempt)) return false;
    places.set(finding.severity, left - 1);
    return true;
  };
  for await (const batch of findings()) yield batch.filter(hasPlace);
}

/** How many findings of each severity an upload has room for, of how many there are: the most severe first. */
export function uploadPlaces(found: ReadonlyMap<FindingSeverity, number>): Map<FindingSeverity, number> {
  let left = MAX_RESULTS;
  return new Map(
    ORDER.map((severity) => {
      const kept = Math.min(left, found.get(severity) ?? 0);
      left -= kept;
      return [severity, kept];
    }),
  );
}
