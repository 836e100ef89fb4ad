import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/core/lib/canonical.js';
import { sha256 } from '../../../src/core/lib/digest.js';
import type { Plan } from '../../../src/core/plan/plan.js';
import type { Policy } from '../../../src/core/policy/policy.js';
import { followsPolicy } from '../../../src/core/verify/policy.js';
import { verifyBundle } from '../../../src/core/verify/verify.js';
import { edit, reindex, smallBundle } from './support.js';

const COMMIT = 'a'.repeat(40);
const BASE = { ref: 'main', commit: COMMIT, authenticated: null, took: [] };
const UNSIGNED = { digest: 'b'.repeat(64), product: 'p', version: '1', signedBy: null };

let bundle: string;
let plan: Plan;
let policy: Policy;
beforeAll(async () => {
  bundle = await smallBundle();
  plan = JSON.parse(readFileSync(join(bundle, 'inputs/plan.json'), 'utf8'));
  policy = JSON.parse(readFileSync(join(bundle, 'inputs/policy.json'), 'utf8'));
});

const withTools = (tools: Partial<Policy['tools']>): Policy => ({ ...policy, tools: { ...policy.tools, ...tools } });
const withTrust = (trust: Partial<Policy['trust']>): Policy => ({ ...policy, trust: { ...policy.trust, ...trust } });
const withBase = (base: Partial<NonNullable<Plan['base']>>): Plan => ({ ...plan, base: { ...BASE, ...base } });
const controlFiles = (): Plan['steps'] => plan.steps.slice(0, 1).map((step) => ({ ...step, tool: 'control-files' }));

describe('a plan that its policy forbids', () => {
  it.each<[string, () => [Plan, Policy], RegExp]>([
    ['has not a required tool', () => [plan, withTools({ require: ['ruff'] })], /no step of ruff, which/],
    [
      'has not the substitute of a required tool',
      () => [plan, { ...withTools({ require: ['second'] }), substitutes: { second: 'ruff' } }],
      /no step of second/,
    ],
    [
      'has not the provider of a required tool',
      () => [plan, { ...withTools({ require: ['sbom'] }), providers: { sbom: 'ruff' } }],
      /no step of sbom/,
    ],
    [
      'is required to have what nobody provides',
      () => [plan, { ...withTools({ require: ['dast'] }), providers: { dast: null } }],
      /no step of dast/,
    ],
    ['has a forbidden tool', () => [plan, withTools({ forbid: ['second'] })], /step of second: the policy forbids it/],
    ['has a tool that is not allowed', () => [plan, withTools({ allow: ['second'] })], /the policy does not allow it/],
    [
      'has control-files without a base',
      () => [{ ...plan, steps: controlFiles() }, withTools({ forbid: ['control-files'] })],
      /step of control-files/,
    ],
    [
      'has a step above its ceiling',
      () => [plan, { ...policy, ceilings: { ...policy.ceilings, tools: { second: { memory: 1 } } } }],
      /step of second: memory .* is above the ceiling/,
    ],
    [
      'has an unsigned manifest',
      () => [{ ...plan, manifest: UNSIGNED }, withTrust({ manifestSignature: 'required' })],
      /unsigned manifest/,
    ],
    ['obeys a moved ref', () => [withBase({}), withTrust({ unauthenticatedRef: 'refuse' })], /unauthenticated ref/],
    ['calls a branch a commit', () => [withBase({ authenticated: 'commit' }), policy], /not the id of its commit/],
    [
      'calls a commit known that the policy does not list',
      () => [withBase({ authenticated: 'policy' }), withTrust({ commits: ['c'.repeat(40)] })],
      /no policy of the operator names/,
    ],
    [
      'calls a commit known by its own policy',
      () => [
        withBase({ authenticated: 'policy', took: ['.security-scan/policy.yaml'] }),
        withTrust({ commits: [COMMIT] }),
      ],
      /no policy of the operator names/,
    ],
    ['is of a policy with another name', () => [plan, { ...policy, name: 'x' }], /other `policy\.name`/],
  ])('%s', (_, given, message) => {
    expect(() => followsPolicy(...given())).toThrow(message);
  });

  it('makes its bundle unsound', async () => {
    edit(bundle, 'inputs/policy.json', (value) => Object.assign(Object(value['tools']), { require: ['ruff'] }));
    const digest = sha256(readFileSync(join(bundle, 'inputs/policy.json')));
    writeFileSync(join(bundle, 'inputs/plan.json'), canonicalJson({ ...plan, policy: { ...plan.policy, digest } }));
    reindex(bundle);
    const { problems } = await verifyBundle(bundle);
    expect(problems).toContainEqual({
      file: 'inputs/policy.json',
      reason: 'the plan has no step of ruff, which the policy requires',
    });
  });
});

describe('a plan follows its policy', () => {
  it.each<[string, () => [Plan, Policy]]>([
    ['as it was made', () => [plan, policy]],
    ['with all that is required', () => [plan, withTools({ require: ['second', 'attestation'] })]],
    [
      'with a provider and a substitute',
      () => [
        plan,
        { ...withTools({ require: ['sbom'] }), providers: { sbom: 'ruff' }, substitutes: { ruff: 'second' } },
      ],
    ],
    [
      'with control-files, whatever is allowed',
      () => [{ ...withBase({}), steps: controlFiles() }, withTools({ allow: [], forbid: ['control-files'] })],
    ],
    [
      'with a signed manifest',
      () => [
        { ...plan, manifest: { ...UNSIGNED, signedBy: 'SHA256:x' } },
        withTrust({ manifestSignature: 'required' }),
      ],
    ],
    [
      'with the id of a commit in any case',
      () => [
        withBase({ ref: COMMIT.toUpperCase(), authenticated: 'commit' }),
        withTrust({ unauthenticatedRef: 'refuse' }),
      ],
    ],
    ['with a listed commit', () => [withBase({ authenticated: 'policy' }), withTrust({ commits: [COMMIT] })]],
  ])('%s', (_, given) => {
    expect(() => followsPolicy(...given())).not.toThrow();
  });
});
