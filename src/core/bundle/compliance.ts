import type { Manifest } from '../manifest/manifest.js';
import type { Evidence } from './documents.js';

/** `not-evaluated`: this run holds no evidence for the test, because another profile or nothing is linked. */
type Status = 'pass' | 'fail' | 'error' | 'not-evaluated';

/** compliance.json: what this run says about each control test that the manifest lists. */
export function compliance({ manifest, plan, verdict }: Evidence) {
  const evaluate = (test: { linkedProfile?: string }): Status =>
    test.linkedProfile === plan.profile.name ? verdict.verdict : 'not-evaluated';
  return {
    schemaVersion: 1,
    profile: plan.profile.name,
    frameworks: (manifest?.compliance ?? []).map((entry) => pack(entry, evaluate)),
  };
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
