import { SEVERITIES } from '../lib/severity.js';
import type { Manifest } from '../manifest/manifest.js';
import { type Counts, total } from '../verdict/tally.js';
import type { Evidence } from './documents.js';

/** `not-evaluated`: this run holds no evidence for the test, because another profile or nothing is linked. */
type Status = 'pass' | 'fail' | 'error' | 'not-evaluated';

/** compliance.json: what this run says about each control test that the manifest lists. */
export function compliance({ manifest, plan, verdict, tally }: Evidence) {
  const evaluate = (test: Test): Status => {
    if (test.linkedProfile !== plan.profile.name) return 'not-evaluated';
    return verdict.verdict === 'pass' && exceeds(test.threshold, tally.overall) ? 'fail' : verdict.verdict;
  };
  return {
    schemaVersion: 1,
    profile: plan.profile.name,
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
