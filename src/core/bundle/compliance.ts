import { SEVERITIES } from '../lib/severity.js';
import type { Manifest } from '../manifest/manifest.js';
import { type Counts, total } from '../verdict/tally.js';
import type { Evidence } from './documents.js';

/** `not-evaluated`: this run holds no evidence for the test, because another profile or nothing is linked. */
type Status = 'pass' | 'fail' | 'error' | 'not-evaluated';

/**
 * What of a scan is a record for which control, for an auditor to look at; no claim that the control is met. docs/history.md
 * says more.
 */
const RECORDS = [
  ['SOC 2', 'CC6.1', ['inputs/policy.json', 'policy-result.json', 'runs/<run-id>/audit.jsonl']],
  ['SOC 2', 'CC6.7', ['inputs/plan.json', 'runs/<run-id>/audit.jsonl', 'signatures/']],
  ['SOC 2', 'CC7.2', ['findings.jsonl', 'summary.json', 'runs/<run-id>/audit.jsonl', 'history/']],
  ['ISO 27001', 'A.12.4', ['runs/<run-id>/audit.jsonl', 'runs/<run-id>/run.intoto.json', 'history/']],
  ['ISO 27001', 'A.12.5', ['manifest-info.json', 'policy-result.json', 'approvals/']],
] as const;

/** compliance.json: what this run says about each control test that the manifest lists. */
export function compliance({ manifest, plan, verdict, tally }: Evidence) {
  const evaluate = (test: Test): Status => {
    if (test.linkedProfile !== plan.profile.name) return 'not-evaluated';
    return verdict.verdict === 'pass' && exceeds(test.threshold, tally.overall) ? 'fail' : verdict.verdict;
  };
  return {
    schemaVersion: 1,
    profile: plan.profile.name,
    records: RECORDS.map(([framework, controlId, files]) => ({ framework, controlId, files })),
    frameworks: (manifest?.compliance ?? []).map((entry) => pack(entry, evaluate)),
  };
}

/** A threshold of a test is a count of all findings, or one for each severity. */
function exceeds(threshold: Test['threshold'], counts: Counts): boolean {
  if (threshold === undefined) return false;
  if (typeof threshold === 'number') return total(counts) > threshold;
  return SEVERITIES.some((severity) => counts[severity] > (threshold[severity] ?? Number.POSITIVE_INFINITY));
}

type Pack = NonNullable<Manifest['compliance']>[number];
type Test = Pack['controls'][number]['tests'][number];

const pack = ({ name, controls }: Pack, evaluate: (test: Test) => Status) => ({
  name,
  controls: controls.map(({ framework, controlId, tests }) => ({
    framework,
    controlId,
    tests: tests.map((test) => ({
      name: test.name,
      linkedProfile: test.linkedProfile ?? null,
      status: evaluate(test),
    })),
  })),
});
