import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admitScan, operatorFiles, type ScanAdmission } from './admission.js';
import { checkBundleId } from './bundle/id.js';
import { recordWishes } from './decisions.js';
import { comparePlans } from './diff/plans.js';
import { planWords } from './diff/words.js';
import { diskFaults } from './disk.js';
import { knownInBundle } from './findings/baseline.js';
import { Fault, type Problem, Refusal } from './lib/errors.js';
import { SANDBOX_LEVELS, type SandboxLevel } from './lib/sandbox/job.js';
import { VERSION } from './lib/version.js';
import type { Catalog } from './plan/catalog.js';
import { type Plan, planDigest } from './plan/plan.js';
import { closeRun, minimumLevel, openLog, type RunLog, refuseUnenforced, type ScanPorts } from './run.js';
import { cancelReason } from './runtime/cancel.js';
import { handOut } from './runtime/input.js';
import { skippedTools } from './runtime/run.js';
import { conclude, type Ran, type ScanResult } from './scan.js';
import type { ScanRequest } from './scan-request.js';
import { joinSteps } from './shard/join.js';
import { type OpenShard, openShard, readPlan, readSource } from './shard/open.js';
import { keepRecord, shardRunOf, weakestSandbox } from './shard/record.js';
import { wholeSet } from './shard/set.js';
import { NO_REF } from './shard/shard.js';
import { type ShardKeys, takeShard } from './shard/take.js';
import { placeOf } from './source/follow.js';
import { guardTree } from './source/guard.js';
import { parseSource } from './source/request.js';
import type { Snapshot } from './source/snapshot.js';
import { withTrustedBase } from './trusted-base.js';

/** The request of the scan that the shards are parts of, and where they are. */
export interface MergeRequest extends Omit<ScanRequest, 'source' | 'jobs' | 'unsandboxed' | 'pinned'> {
  /** Host folders, one for each part. */
  shards: readonly string[];
  /** One of these must have signed each shard; without any, a shard is believed for being there. */
  shardKeys?: ShardKeys;
  /** What was scanned; needed with `policyFrom` alone, whose rules are in it. */
  source?: string;
}

/**
 * Makes of all shards of a scan the bundle that the scan would have left in one run, byte for byte, with a record of each
 * shard's run. The rules are the operator's: the plan is made again, and must be the shards'. Runs nothing of theirs. Throws
 * `Refusal` for shards that are not the whole of one scan, `Fault` when no bundle could be made.
 */
export async function merge(asked: MergeRequest, given: Catalog, ports: ScanPorts): Promise<ScanResult> {
  checkBundleId(asked.bundleId);
  const { shards: paths, shardKeys, ...wanted } = asked;
  const settled: ScanRequest = { ...wanted, source: asked.source ?? '.' };
  await guard(asked, settled);
  const { request, catalog, decisions } = await withTrustedBase(settled, given, ports.signal);
  const admission = await admitScan(request, catalog, ports.clock);
  refuseRef(admission.plan);
  const explain = diskFaults(request.exportDir, tmpdir());
  const run = await openLog(admission.plan, request, ports).catch(explain);
  try {
    for (const decision of decisions) run.audit.record(decision);
    recordPlan(run, admission.plan, request);
    recordKeys(run, shardKeys);
    const shards = await openAll(paths, shardKeys, admission, run);
    const sandbox = weakestSandbox(shards);
    refuseWeak(shards, admission.plan);
    refuseUnenforced(admission.plan, sandbox.enforcement);
    // Certificates live for minutes: not before it is known that there is something to sign.
    await request.keyless?.begin(run.signal);
    const ran = await joinAll(shards, request, admission, run);
    for (const shard of shards) await keepRecord(shard, join(run.staging.folder, run.record), run.audit);
    const unsandboxed = shards.some((shard) => shard.run.sandbox.unsandboxed);
    const merged = {
      ...run,
      started: earliest(shards, run),
      sandbox,
      shards: shards.map(shardRunOf),
    };
    return await conclude(ran, { request: { ...request, unsandboxed }, catalog, admission, ports, run: merged });
  } catch (error) {
    return await explain(error);
  } finally {
    await closeRun(run);
  }
}

/** What the merge believes must not come from the tree, nor from the shards, and it writes into neither. */
async function guard(asked: MergeRequest, request: ScanRequest): Promise<void> {
  const { exportDir, policyFrom, source } = asked;
  if (policyFrom !== undefined && source === undefined) {
    const remedy = 'Name a clone that has that commit with --source.';
    throw new Refusal('usage', [{ message: '--policy-from: its rules are in the source', remedy }]);
  }
  const documents = await operatorFiles(request);
  if (source !== undefined) await guardTree(parseSource(source), { documents, exportDir });
  const guarded = [...documents, { option: '--export-dir', path: exportDir }];
  const problems: Problem[] = [];
  for (const shard of asked.shards) {
    const { real } = await placeOf(shard);
    for (const { option, path } of guarded)
      if (path !== undefined && `${(await placeOf(path)).real}/`.startsWith(`${real}/`))
        problems.push({ file: path, message: `${option} lies in the shard ${shard}`, remedy: 'Keep it outside.' });
  }
  if (problems.length > 0) throw new Refusal('policy', problems);
}

function refuseRef({ baseline }: Plan): void {
  if (baseline?.kind !== 'ref') return;
  throw new Refusal('usage', [{ message: '--baseline: shards are compared with no ref', remedy: NO_REF }]);
}

/** Why each tool is in the plan, and with which rights, is in the log of each shard. */
function recordPlan({ audit }: RunLog, plan: Plan, request: ScanRequest): void {
  const reason = `plan ${planDigest(plan)}, policy ${plan.policy.digest}`;
  audit.record({ kind: 'state', what: 'plan', from: 'requested', to: 'admitted', actor: 'policy', reason });
  recordWishes(audit, request);
}

/** Unsigned shards are believed for being there; the log says which it was. */
function recordKeys({ audit }: RunLog, keys: ShardKeys = []): void {
  const reason =
    keys.length === 0
      ? 'nobody need have signed them'
      : `signed by one of ${keys.map(({ keyid }) => keyid).join(', ')}`;
  audit.record({ kind: 'state', what: 'shards', from: 'named', to: 'demanded', actor: 'operator', reason });
}

/** All shards of the plan, in their order, each a copy of this run's own. */
async function openAll(
  paths: readonly string[],
  keys: ShardKeys | undefined,
  { plan, policy }: ScanAdmission,
  run: RunLog,
) {
  const shards: OpenShard[] = [];
  for (const [i, path] of paths.entries()) {
    refuseCancelled(run);
    shards.push(await openShard(await takeShard(path, join(run.work, `shard-${i}`), keys)));
  }
  const others = shards.filter(({ index }) => index.plan !== planDigest(plan));
  const [first] = others;
  if (first === undefined) return wholeSet(shards, VERSION);
  const theirs = await readPlan(first);
  const remedy =
    'Give merge the options and documents that the shards were made with, and the same tools and advisories.';
  const words = planWords(comparePlans({ plan: theirs, policy }, { plan, policy }));
  throw new Refusal('bundle', [
    ...others.map(({ path }) => ({ file: path, message: 'was made by another plan', remedy })),
    ...words.map((message) => ({ message })),
  ]);
}

/** The sandbox that the policy demands is demanded of every part, at its word. */
function refuseWeak(shards: readonly OpenShard[], plan: Plan): void {
  const minimum = minimumLevel(plan);
  const weak = shards.filter(({ run: { sandbox } }) => !sandbox.unsandboxed && isBelow(sandbox.level, minimum));
  const problems = weak.map(({ path, run }) => ({
    file: path,
    message: `ran in the sandbox \`${run.sandbox.level}\`, the policy demands \`${minimum}\``,
  }));
  if (problems.length > 0) throw new Refusal('sandbox', problems);
}

const isBelow = (level: SandboxLevel, minimum: SandboxLevel): boolean =>
  SANDBOX_LEVELS.indexOf(level) < SANDBOX_LEVELS.indexOf(minimum);

/** What a run over the whole has when its steps are over. */
async function joinAll(
  shards: readonly [OpenShard, ...OpenShard[]],
  request: ScanRequest,
  { plan }: ScanAdmission,
  run: RunLog,
): Promise<Ran> {
  const snapshot = await snapshotOf(shards[0], plan.source.maxFiles);
  const handed = handOut(plan.steps, snapshot.entries);
  refuseCancelled(run);
  const joined = await joinSteps(plan.steps, handed, shards, join(run.work, 'steps'));
  refuseCancelled(run);
  const isKnown = plan.baseline === null ? undefined : await knownInBundle(request.baseline ?? '');
  const baseline = plan.baseline && { ...plan.baseline, commit: null, steps: [], edits: [] };
  return { snapshot, handed, steps: [...joined, ...skippedTools(plan)], isKnown, baseline };
}

async function snapshotOf(shard: OpenShard, most: number): Promise<Snapshot> {
  const { source, entries, unread, excluded, ignored } = await readSource(shard, most);
  const { subject, treeDigest, dirty, origin } = source;
  const known = { entries, unread, excluded, ignored, subject, treeDigest, dirty };
  return { folder: '', ...known, ...(origin !== null && { origin }) };
}

/** The times of the whole begin with those of its first part. */
function earliest(shards: readonly OpenShard[], { started }: RunLog): Date {
  return new Date(Math.min(started.getTime(), ...shards.map(({ run }) => Date.parse(run.started))));
}

function refuseCancelled({ signal }: RunLog): void {
  if (signal.aborted) throw new Fault('runtime', `${cancelReason(signal)}; no bundle was made`, 'Merge again.');
}
