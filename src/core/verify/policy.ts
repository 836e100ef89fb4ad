import { canonicalJson } from '../lib/canonical.js';
import { SEVERITIES, type Thresholds } from '../lib/severity.js';
import type { Plan, Step } from '../plan/plan.js';
import { CONTROL_FILES } from '../plan/tool.js';
import type { Policy } from '../policy/policy.js';
import { objections } from '../policy/rules.js';
import { Unsound } from './problems.js';

/**
 * A manifest or an operator may narrow what a policy allows, never widen it. Throws `Unsound` where a plan is laxer than
 * the policy of its bundle, or where the policy would have refused it.
 */
export function followsPolicy(plan: Plan, policy: Policy): void {
  sameAs(plan, policy);
  hasTools(plan, policy);
  isTrusted(plan, policy);
}

function sameAs({ budgets, ...plan }: Plan, policy: Policy): void {
  const same = (name: string, a: unknown, b: unknown) => {
    if (canonicalJson(a) !== canonicalJson(b)) throw new Unsound(`the plan has other \`${name}\` than the policy`);
  };
  for (const name of ['incomplete', 'paths', 'source', 'sandbox'] as const) same(name, plan[name], policy[name]);
  same('exceptions', plan.exceptions, policy.waivers);
  same('policy.name', plan.policy.name, policy.name);
  same('budgets.categories', budgets.categories, policy.budgets.categories);
  same('budgets.tools', budgets.tools, policy.budgets.tools);
  same('budgets.reviewNotes', budgets.reviewNotes, policy.budgets.reviewNotes ?? null);
  if (isLaxer(budgets.overall, policy.budgets.overall)) throw new Unsound('the plan allows more than the policy does');
}

const isLaxer = (plan: Thresholds, policy: Thresholds): boolean =>
  SEVERITIES.some((severity) => (plan[severity] ?? Infinity) > (policy[severity] ?? Infinity));

/** As plan/resolve.ts: what is required runs, by its provider or substitute; what runs is allowed and within its ceiling. */
function hasTools({ steps, base }: Plan, policy: Policy): void {
  const missing = policy.tools.require.find((id) => !isMet(id, steps, policy));
  if (missing !== undefined) throw new Unsound(`the plan has no step of ${missing}, which the policy requires`);
  for (const { tool, category, capabilities } of steps) {
    // Nobody asks for it, and nobody can leave it out.
    if (tool === CONTROL_FILES && base !== null) continue;
    const [objection] = objections(policy, { id: tool, category, capabilities });
    if (objection !== undefined) throw new Unsound(`the plan has a step of ${tool}: ${objection}`);
  }
}

/** The statement about the scan is always made; it is no step. */
const ATTESTATION = 'attestation';

function isMet(id: string, steps: readonly Step[], { providers, substitutes }: Policy): boolean {
  if (id === ATTESTATION) return true;
  const target = Object.hasOwn(providers, id) ? providers[id] : id;
  if (target === null || target === undefined) return false;
  const wanted = Object.hasOwn(substitutes, target) ? substitutes[target] : target;
  return steps.some(({ tool }) => tool === wanted);
}

function isTrusted({ manifest, base }: Plan, { trust }: Policy): void {
  if (trust.manifestSignature === 'required' && manifest !== null && manifest.signedBy === null)
    throw new Unsound('the plan has an unsigned manifest, the policy demands a signed one');
  if (base === null) return;
  if (trust.unauthenticatedRef === 'refuse' && base.authenticated === null)
    throw new Unsound('the plan takes its rules from an unauthenticated ref, which the policy refuses');
  if (base.authenticated === 'commit' && base.ref.toLowerCase() !== base.commit)
    throw new Unsound('the plan calls a ref authenticated that is not the id of its commit');
  if (base.authenticated === 'policy' && (!trust.commits.includes(base.commit) || base.took.includes(OWN_POLICY)))
    throw new Unsound('the plan calls a commit authenticated that no policy of the operator names');
}

/** A policy from the commit itself is not the operator's own, and cannot vouch for that commit. */
const OWN_POLICY = '.security-scan/policy.yaml';
