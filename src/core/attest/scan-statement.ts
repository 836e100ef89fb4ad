import type { Evidence } from '../bundle/documents.js';
import type { IndexEntry } from '../bundle/staging.js';
import { digestOf } from '../lib/digest.js';
import type { Plan } from '../plan/plan.js';
import { planDigest } from '../plan/plan.js';
import type { ScanPredicate } from './schemas.js';
import { SCAN_PREDICATE, type Statement, statement, subjects } from './statement.js';

/** The statement about what was scanned, with which tools, and what came of it. */
export function scanStatement(evidence: Evidence, index: IndexEntry[], indexSha256: string): Statement<ScanPredicate> {
  const { plan, snapshot, verdict } = evidence;
  return statement(subjects(snapshot, indexSha256), SCAN_PREDICATE, {
    verdict: verdict.verdict,
    profile: plan.profile.name,
    plan: { sha256: planDigest(plan) },
    policy: { name: plan.policy.name, sha256: plan.policy.digest },
    manifest: plan.manifest ? { sha256: plan.manifest.digest } : null,
    ruleset: { sha256: plan.rulesetDigest },
    source: { treeDigest: snapshot.treeDigest, dirty: snapshot.dirty },
    baseline: evidence.baseline,
    tools: evidence.outcomes.map((outcome) => ({ ...toolOf(plan, outcome.step), outcome })),
    artifacts: index,
  });
}

function toolOf(plan: Plan, id: string) {
  const step = plan.steps.find((candidate) => candidate.id === id);
  if (step === undefined) return { tool: id };
  const { tool, version, digest, args } = step;
  return { tool, version, digest: { sha256: digest }, arguments: { sha256: digestOf(args) } };
}
