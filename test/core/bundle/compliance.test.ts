import { describe, expect, it } from 'vitest';
import { compliance } from '../../../src/core/bundle/compliance.js';
import type { Evidence } from '../../../src/core/bundle/documents.js';
import { noCounts } from '../../../src/core/verdict/tally.js';

type Threshold = number | { high?: number; low?: number } | undefined;

/** The status of one control test, in a run of profile `own` with three high findings. */
function status(linkedProfile: string | undefined, threshold: Threshold, verdict: 'pass' | 'fail' | 'error' = 'pass') {
  const tests = [{ name: 't', linkedProfile, threshold }];
  const controls = [{ framework: 'f', controlId: 'c', tests }];
  const evidence = {
    plan: { profile: { name: 'own' } },
    manifest: { compliance: [{ name: 'n', controls }] },
    verdict: { verdict },
    tally: { overall: { ...noCounts(), high: 3 } },
  } as unknown as Evidence;
  return compliance(evidence).frameworks[0]?.controls[0]?.tests[0]?.status;
}

describe('compliance', () => {
  it.each([0, 2, { high: 2 }])('fails a test whose threshold %j is exceeded, although the run passes', (threshold) => {
    expect(status('own', threshold)).toBe('fail');
  });

  it('never says pass for a run that failed or is incomplete', () => {
    expect(status('own', 99, 'fail')).toBe('fail');
    expect(status('own', 0, 'error')).toBe('error');
  });

  it('says nothing of a test that another profile or none answers', () => {
    expect([status('other', 0), status(undefined, undefined)]).toEqual(['not-evaluated', 'not-evaluated']);
  });

  it.each([undefined, 3, { high: 3, low: 0 }])('passes within threshold %j', (threshold) => {
    expect(status('own', threshold)).toBe('pass');
  });
});
