import type { IsKnown } from '../findings/baseline.js';
import type { Manifest } from '../manifest/manifest.js';
import type { Catalog } from '../plan/catalog.js';
import type { Plan } from '../plan/plan.js';
import { planDigest } from '../plan/plan.js';
import type { Policy } from '../policy/policy.js';
import type { StepRun } from '../runtime/context.js';
import type { Coverage } from '../runtime/input.js';
import type { StepOutcome, StepStatus } from '../runtime/outcome.js';
import type { Snapshot } from '../source/snapshot.js';
import type { Edit } from '../verdict/edits.js';
import type { Exempt, WaiversUsed } from '../verdict/exceptions.js';
import type { Verdict } from '../verdict/judge.js';
import type { Tally } from '../verdict/tally.js';

/** What a run was compared with: for a ref, the commit that it named then, and how its steps ended. */
export interface BaselineFacts {
  kind: 'bundle' | 'ref';
  id: string;
  commit: string | null;
  steps: readonly { step: string; status: StepStatus }[];
  /** Changed paths that an edit rule of the policy is about. */
  edits: readonly Edit[];
}

/** Everything that evidence is rendered from. */
export interface Evidence {
  plan: Plan;
  manifest: Manifest | undefined;
  snapshot: Snapshot;
  coverage: Coverage;
  outcomes: readonly StepOutcome[];
  /** Why the run was ended, where no step tells of it: all of them were over. */
  cancelled: string | undefined;
  tally: Tally;
  verdict: Verdict;
  baseline: BaselineFacts | null;
  waivers: WaiversUsed | null;
}

/** What the other documents of a bundle are rendered from. */
export interface BundleInput {
  evidence: Evidence;
  runs: readonly StepRun[];
  policy: Policy;
  catalog: Catalog;
  isKnown?: IsKnown;
  exempt: Exempt | undefined;
  /** What inputs/waivers.json holds. */
  waivers: object | undefined;
}

/** What was scanned: the commit, or the tree where the two differ. */
export const sourceOf = ({ subject, treeDigest, dirty, origin, entries }: Snapshot) => ({
  subject,
  treeDigest,
  dirty,
  origin: origin ?? null,
  files: entries.length,
});

/** summary.json: the answer and how it came about, for programs. */
export function summary(evidence: Evidence) {
  const { plan, snapshot, coverage, outcomes, cancelled, tally, verdict, baseline, waivers } = evidence;
  return {
    schemaVersion: 1,
    verdict: verdict.verdict,
    reasons: verdict.reasons,
    profile: plan.profile.name,
    product: plan.manifest ? { name: plan.manifest.product, version: plan.manifest.version } : null,
    source: sourceOf(snapshot),
    baseline,
    coverage,
    findings: tally,
    waivers: waivers?.states ?? [],
    budgets: verdict.budgets,
    tools: outcomes,
    ...(cancelled !== undefined && { cancelled }),
    unread: { snapshot: snapshot.unread, notAccepted: verdict.unaccepted, accepted: verdict.accepted },
    excluded: snapshot.excluded,
    ignored: snapshot.ignored,
  };
}

/** manifest-info.json: what was asked for and with which tools. */
export const manifestInfo = ({ plan, manifest }: Evidence) => ({
  schemaVersion: 1,
  manifest: plan.manifest,
  owners: manifest?.owners ?? [],
  profile: plan.profile,
  plan: { sha256: planDigest(plan) },
  ruleset: { sha256: plan.rulesetDigest },
  tools: plan.steps.map(({ tool, requestedAs, version, digest, definition }) => ({
    tool,
    requestedAs,
    version,
    digest,
    definition,
  })),
});

/** policy-result.json: what the policy decided, before the run and after it. */
export const policyResult = ({ plan, verdict, snapshot }: Evidence) => ({
  schemaVersion: 1,
  policy: plan.policy,
  verdict: verdict.verdict,
  reasons: verdict.reasons,
  budgets: verdict.budgets,
  admission: plan.decisions,
  narrowing: plan.narrowing,
  incomplete: { ...plan.incomplete, notAccepted: verdict.unaccepted, accepted: verdict.accepted },
  excluded: snapshot.excluded,
});
