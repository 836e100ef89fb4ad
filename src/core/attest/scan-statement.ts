import type { BaselineFacts, Evidence } from '../bundle/documents.js';
import type { IndexEntry } from '../bundle/staging.js';
import { digestOf } from '../lib/digest.js';
import type { Plan } from '../plan/plan.js';
import { planDigest } from '../plan/plan.js';
import type { Snapshot } from '../source/snapshot.js';
import { bundleSubject, SCAN_PREDICATE, type Statement, type Subject, statement } from './statement.js';

/** What the scan statement claims: a function of source, plan and toolchain. */
export interface ScanPredicate {
  verdict: 'pass' | 'fail' | 'error';
  profile: string;
  plan: { sha256: string };
  policy: { name: string; sha256: string };
  manifest: { sha256: string } | null;
  ruleset: { sha256: string };
  source: { treeDigest: string; dirty: boolean };
  baseline: BaselineFacts | null;
  tools: unknown[];
  artifacts: IndexEntry[];
}

/** The statement about what was scanned, with which tools, and what came of it. */
export function scanStatement(evidence: Evidence, index: IndexEntry[], indexSha256: string): Statement<ScanPredicate> {
  const { plan, snapshot, verdict } = evidence;
  return statement([sourceSubject(snapshot), bundleSubject(indexSha256)], SCAN_PREDICATE, {
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

/** The commit only when the snapshot is the commit's tree; else the tree, with the commit it stands on as a remark. */
function sourceSubject({ subject }: Snapshot): Subject {
  if (subject.kind === 'gitCommit')
    return { name: 'source', digest: { gitCommit: subject.commit, gitTree: subject.tree } };
  const annotations = subject.baseCommit === undefined ? undefined : { baseCommit: subject.baseCommit };
  return { name: 'source', digest: { sha256: subject.digest }, annotations };
}

function toolOf(plan: Plan, id: string) {
  const step = plan.steps.find((candidate) => candidate.id === id);
  if (step === undefined) return { tool: id };
  const { tool, version, digest, args } = step;
  return { tool, version, digest: { sha256: digest }, arguments: { sha256: digestOf(args) } };
}
