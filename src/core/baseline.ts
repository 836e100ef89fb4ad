import { join } from 'node:path';
import type { BaselineFacts } from './bundle/documents.js';
import { type IsKnown, knownInBundle, knownInSteps } from './findings/baseline.js';
import { handOut } from './runtime/input.js';
import { atRef } from './source/at-ref.js';
import type { Snapshot, SourceRequest } from './source/snapshot.js';
import { type Context, execute, take } from './stages.js';
import { judgeEdits } from './verdict/edits.js';

/** What a run is compared with, and what is to be kept of it in the evidence. */
export interface Baseline {
  isKnown: IsKnown | undefined;
  facts: BaselineFacts | null;
}

/** What the baseline knows: a bundle's findings, or those of a scan of another ref with the same plan. */
export async function takeBaseline(source: SourceRequest, head: Snapshot, context: Context): Promise<Baseline> {
  const wanted = context.admission.plan.baseline;
  if (wanted === null) return { isKnown: undefined, facts: null };
  if (wanted.kind === 'bundle') {
    return {
      isKnown: await knownInBundle(context.request.baseline ?? ''),
      facts: { ...wanted, commit: null, steps: [], edits: [] },
    };
  }
  // An old commit may have tracked bundles; they are compared, not written to.
  const ref = context.request.pinned?.baselineCommit ?? wanted.id;
  const snapshot = await take(atRef(source, ref), 'baseline', { ...context, inside: undefined });
  const handed = handOut(context.admission.plan.steps, snapshot.entries);
  const runs = await execute(snapshot, handed, 'baseline-steps', context);
  const commit =
    snapshot.subject.kind === 'gitCommit' ? snapshot.subject.commit : (snapshot.subject.baseCommit ?? null);
  const files = runs.flatMap(({ results }) => (results === undefined ? [] : [join(results, 'findings.jsonl')]));
  const edits = judgeEdits(context.admission.plan, snapshot.entries, head.entries);
  const steps = runs.map(({ outcome: { step, status } }) => ({ step, status }));
  return {
    isKnown: await knownInSteps(files, snapshot.entries, head.entries),
    facts: { ...wanted, commit, steps, edits },
  };
}
