import { join } from 'node:path';
import { bundleIndexDigest } from './findings/baseline.js';
import { inRun } from './in-run.js';
import { Fault, type Problem, Refusal } from './lib/errors.js';
import { VERSION } from './lib/version.js';
import type { Catalog } from './plan/catalog.js';
import type { Plan } from './plan/plan.js';
import type { ScanPorts } from './run.js';
import { untoldCancel } from './runtime/cancel.js';
import { handOut } from './runtime/input.js';
import type { StepOutcome } from './runtime/outcome.js';
import type { ScanRequest } from './scan-request.js';
import { partition } from './shard/partition.js';
import { NO_REF, type Shard, shardWords } from './shard/shard.js';
import { publishShard, type ShardInput, writeIndex, writeParts } from './shard/write.js';
import { type Context, execute, take } from './stages.js';

/** What one part of a scan leaves: no verdict, as nobody can tell from a part. */
export interface ShardResult {
  shard: Shard;
  plan: Plan;
  /** Host folder of the shard. */
  folder: string;
  /** Of the steps of this part. */
  outcomes: readonly StepOutcome[];
}

/**
 * Runs one part of a scan: the snapshot and the plan are those of the whole, and what its steps leave is kept as a shard
 * for `merge`. Throws `Refusal` when nothing ran, `Fault` when no shard could be made.
 */
export async function scanShard(
  asked: ScanRequest,
  shard: Shard,
  given: Catalog,
  ports: ScanPorts,
): Promise<ShardResult> {
  await refuseForShard(asked);
  return inRun(asked, given, ports, async (source, context) => {
    const { plan } = context.admission;
    const snapshot = await take(source, 'source', context);
    // What is known of a source that was not read is no part of one that was.
    if (context.run.signal.aborted) throw cancelled('while the source was read');
    const handed = handOut(plan.steps, snapshot.entries);
    const part = partition(plan.steps, handed, shard.of)[shard.index - 1] ?? new Map();
    const steps = await execute(snapshot, part, 'steps', context);
    const runs = steps.filter(({ outcome }) => part.has(outcome.step));
    const outcomes = runs.map(({ outcome }) => outcome);
    // What no step tells of, `merge` could not tell from a run that was left alone.
    if (untoldCancel(context.run.signal, outcomes) !== undefined) throw cancelled('after the last step');
    const folder = await leaveShard({ shard, plan, snapshot, runs }, context);
    return { shard, plan, folder, outcomes };
  });
}

async function leaveShard(input: ShardInput, { request, run, ports }: Context): Promise<string> {
  const { staging, audit, sandbox } = run;
  await writeParts(input, staging.folder);
  const about = { kind: 'state', what: shardWords(input.shard), actor: 'operator' } as const;
  audit.record({ ...about, from: 'staged', to: 'published', reason: '--shard' });
  audit.close();
  const facts = {
    ...run,
    folder: join(staging.folder, run.record),
    finished: ports.clock(),
    version: VERSION,
    runs: input.runs,
    sandbox,
    unsandboxed: request.unsandboxed ?? false,
  };
  await writeIndex(input, facts, request.signKeys ?? [], staging.folder);
  return await publishShard(staging.folder, request.exportDir, input.shard);
}

/** Options that are about a bundle or a verdict: without a word they would do nothing. */
async function refuseForShard(request: ScanRequest): Promise<void> {
  const { baseline, bundleId, replace, exitZero, keyless } = request;
  const isRef = baseline !== undefined && (await bundleIndexDigest(baseline)) === undefined;
  const later = 'Give it to merge.';
  const problems: Problem[] = [
    ...(isRef ? [{ message: '--baseline: a shard is compared with no ref', remedy: NO_REF }] : []),
    ...(bundleId === undefined ? [] : [{ message: '--bundle-id: a shard is no bundle', remedy: later }]),
    ...(replace ? [{ message: '--replace: a shard is no bundle', remedy: later }] : []),
    ...(exitZero ? [{ message: '--exit-zero: a shard has no verdict', remedy: later }] : []),
    ...(keyless === undefined ? [] : [{ message: '--keyless: a shard is signed with a key', remedy: later }]),
  ];
  if (problems.length > 0) throw new Refusal('usage', problems);
}

const cancelled = (when: string): Fault => new Fault('runtime', `cancelled ${when}; no shard was left`, 'Run again.');
