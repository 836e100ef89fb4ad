import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/core/lib/errors.js';
import { type AdmissionRequest, admit } from '../../../src/core/plan/admit.js';
import { planDigest } from '../../../src/core/plan/plan.js';
import { NO_NARROWING } from '../../../src/core/scan-request.js';
import { builtCatalog, NOTHING_INSTALLED } from '../../support/catalog.js';

const catalog = await builtCatalog();

const request = (over: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  version: '1.0.0',
  narrowing: NO_NARROWING,
  baseline: null,
  base: null,
  assets: {},
  ...NOTHING_INSTALLED,
  ...over,
});

const policy = (lines: string[]) => ({
  file: 'policy.yaml',
  text: ['schemaVersion: 1', 'name: p', ...lines].join('\n'),
});

const manifest = (profile: object, rest: object = {}) => ({
  file: 'manifest.json',
  text: JSON.stringify({ product: 'p', version: '1', owners: [], profiles: [{ name: 'own', ...profile }], ...rest }),
});

function refusal(over: Partial<AdmissionRequest>): string[] {
  try {
    admit(request(over), catalog);
  } catch (error) {
    if (error instanceof Refusal)
      return error.problems.map(({ path, message }) => `${path ? `${path}: ` : ''}${message}`);
    throw error;
  }
  throw new Error('was not refused');
}

describe('admission refuses', () => {
  it('unknown profiles, with the nearest name', () => {
    expect(refusal({ profile: 'smkoe' })).toEqual(['unknown profile `smkoe`: did you mean `smoke`?']);
  });

  it('a profile that the manifest lacks, never falling back to a built-in one', () => {
    expect(refusal({ profile: 'smoke', manifest: manifest({ tools: ['ruff'] }) })[0]).toContain(
      'the manifest has no profile',
    );
  });

  it('everything wrong at once, not the first reason', () => {
    const problems = refusal({
      manifest: manifest({ tools: ['bandti', 'ruff', 'dast', 'trivy'] }),
      policy: policy([
        'tools: { forbid: [ruff], allow: [ruf] }',
        'ceilings: { default: { memory: 64MiB, net: none } }',
      ]),
    });
    expect(problems).toEqual([
      'tools.allow: unknown tool `ruf`: did you mean `ruff`?',
      'unknown tool `bandti`: did you mean `bandit`?',
      'ruff: the policy forbids it',
      'ruff: memory 1GiB is above the ceiling of 64MiB',
      'no provider for dast',
      'trivy: the policy does not allow it',
      'trivy: memory 2GiB is above the ceiling of 64MiB',
      'trivy 0.69.3 is not locked for linux-x64',
    ]);
  });

  it('problems of manifest and policy together', () => {
    const problems = refusal({
      manifest: manifest({ tols: ['ruff'] }),
      policy: policy(['budgets: { overall: { hgih: 0 } }']),
    });
    expect(problems.join('\n')).toMatch(/tols[\s\S]*hgih/);
  });

  it('profiles whose scanners are not installed, naming the command', () => {
    expect(refusal({ profile: 'fast' })).toEqual(['bandit is not installed', 'detect-secrets is not installed']);
    expect(() => admit(request({ profile: 'fast' }), catalog)).toThrow(/security-scan tools install bandit/);
  });

  it('heavy, because there is no provider for dast', () => {
    expect(refusal({ profile: 'heavy' })).toContain('no provider for dast');
  });

  it('to leave out what has no provider, where the policy requires it', () => {
    const narrowing = { ...NO_NARROWING, skipTools: ['dast'] };
    const asked = { manifest: manifest({ tools: ['ruff', 'dast'] }), narrowing };
    expect(refusal({ ...asked, policy: policy(['tools: { require: [dast] }']) })).toContain('no provider for dast');
  });

  it('a misspelled --skip-tools', () => {
    expect(refusal({ narrowing: { ...NO_NARROWING, skipTools: ['rufff'] } })[0]).toContain('did you mean `ruff`?');
  });

  it('privacy without its pack', () => {
    expect(refusal({ manifest: manifest({ tools: ['privacy'] }) })).toEqual(['privacy needs the privacy pack']);
  });

  it('a run in which nothing is left', () => {
    expect(refusal({ profile: 'smoke', narrowing: { ...NO_NARROWING, skipTools: ['ruff'] } })).toEqual([
      'nothing is left to run',
    ]);
  });
});

describe('a plan', () => {
  it.each(['default', 'smoke', 'attestation-test', 'sbom'])('is made for profile %s as it is', (profile) => {
    expect(admit(request({ profile }), catalog).plan.steps.length).toBeGreaterThan(0);
  });

  it('resolves sbom through the providers and always makes the attestation', () => {
    const { steps, decisions } = admit(request({ profile: 'attestation-test' }), catalog).plan;
    expect(steps.map(({ tool, requestedAs }) => [tool, requestedAs])).toEqual([
      ['ruff', 'ruff'],
      ['sbom-lockfiles', 'sbom'],
    ]);
    expect(decisions.at(-1)).toMatchObject({ tool: 'attestation', included: true });
  });

  it('can be had without what has no provider, and says who left it out', () => {
    const narrowing = { ...NO_NARROWING, skipTools: ['dast'] };
    const { plan } = admit(request({ manifest: manifest({ tools: ['ruff', 'dast'] }), narrowing }), catalog);
    expect(plan.steps.map(({ tool }) => tool)).toEqual(['ruff']);
    const out = { tool: 'dast', category: null, included: false, by: 'operator', reason: '--skip-tools' };
    expect(plan.decisions).toContainEqual(out);
  });

  it('takes the stricter of manifest, policy and operator for each severity', () => {
    const { budgets } = admit(
      request({
        manifest: manifest({ tools: ['ruff'], thresholds: { high: 9, low: 4 } }),
        policy: policy(['budgets: { overall: { high: 3, medium: 2 } }']),
        failOn: { medium: 7, critical: 0 },
      }),
      catalog,
    ).plan;
    expect(budgets.overall).toEqual({ critical: 0, high: 3, medium: 2, low: 4 });
  });

  it('adds what the policy requires, whatever profile and operator say', () => {
    const { steps } = admit(
      request({
        profile: 'smoke',
        policy: policy(['tools: { require: [secrets] }']),
        narrowing: { ...NO_NARROWING, skipTools: ['secrets'] },
      }),
      catalog,
    ).plan;
    expect(steps.map(({ tool }) => tool)).toEqual(['ruff', 'secrets']);
  });

  it('is the same, with the same digest, for the same request', () => {
    const digests = [1, 2].map(() => planDigest(admit(request(), catalog).plan));
    expect(digests[0]).toBe(digests[1]);
  });

  it('keeps notify targets out', () => {
    const secret = 'https://hooks.slack.com/services/T0/B0/secret';
    const { plan } = admit(request({ manifest: manifest({ tools: ['ruff'], notify: { slack: secret } }) }), catalog);
    expect(JSON.stringify(plan)).not.toContain('hooks.slack.com');
  });
});
