import type { Finding } from '../findings/finding.js';
import { type FindingSeverity, SEVERITIES } from '../lib/severity.js';
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
  return usable.slice(0, MAX_RUNS).map((run) => ({ ...run, findings: () => mostSevere(run.findings) }));
}

async function* mostSevere(findings: () => AsyncIterable<Finding>): AsyncGenerator<Finding> {
  const room = new Map(ORDER.map((severity) => [severity, 0]));
  for await (const { severity, commit } of findings())
    if (commit === undefined) room.set(severity, (room.get(severity) ?? 0) + 1);
  let left = MAX_RESULTS;
  for (const severity of ORDER) {
    const kept = Math.min(left, room.get(severity) ?? 0);
    room.set(severity, kept);
    left -= kept;
  }
  for await (const finding of findings()) {
    const places = room.get(finding.severity) ?? 0;
    if (places === 0 || finding.commit !== undefined) continue;
    room.set(finding.severity, places - 1);
    yield finding;
  }
}
