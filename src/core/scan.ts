import { chmod, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admitScan } from './admission.js';
import { writeRunRecord, writeScanStatement } from './attest/write.js';
import type { Evidence } from './bundle/documents.js';
import { bundleId, checkBundleId } from './bundle/id.js';
import { type Published, pointLatest, publish } from './bundle/publish.js';
import { writeDocuments, writeFindings } from './bundle/write.js';
import { diskFaults } from './disk.js';
import { type IsKnown, knownIn, knownInBundle } from './findings/baseline.js';
import { readFindings } from './findings/merge.js';
import { readReport } from './findings/read-report.js';
import type { Audit } from './lib/audit.js';
import { Fault } from './lib/errors.js';
import { VERSION } from './lib/version.js';
import type { Admission } from './plan/admit.js';
import type { Catalog } from './plan/catalog.js';
import { EXPORT_RULE, snapshotLimits, snapshotRules } from './plan/snapshot-rules.js';
import { closeRun, type OpenRun, openRun, type ScanPorts } from './run.js';
import { cancelReason, cancelRemedy } from './runtime/cancel.js';
import type { StepOutcome } from './runtime/outcome.js';
import { runPlan } from './runtime/run.js';
import { stageLocked } from './runtime/stage.js';
import type { StepRun } from './runtime/step.js';
import type { ScanRequest } from './scan-request.js';
import { atRef } from './source/at-ref.js';
import { exportInside, refuseTracked } from './source/export-dir.js';
import { existingPath } from './source/place.js';
import { parseSource } from './source/request.js';
import type { Snapshot, SourceRequest } from './source/snapshot.js';
import { takeSnapshot } from './source/take.js';
import { judge, type Verdict } from './verdict/judge.js';

/** What a scan leaves: the answer, and where its evidence is. */
export interface ScanResult {
  evidence: Evidence;
  bundle: Published;
  /** 0 pass · 1 fail · 3 error. A caller that cancelled knows its own signal. */
  exitCode: 0 | 1 | 3;
}

const EXIT_CODES = { pass: 0, fail: 1, error: 3 } as const;

/**
 * Scans a source and leaves one bundle. What can be refused is refused before a process starts.
 * Throws `Refusal` (nothing ran) or `Fault` (no bundle could be made); what the tools did is in the result.
 */
export async function scan(request: ScanRequest, catalog: Catalog, ports: ScanPorts): Promise<ScanResult> {
  checkBundleId(request.bundleId);
  const source = withGitDir(parseSource(request.source), request.allowGitDir ?? false);
  if (source.kind === 'folder') await existingPath(source.path, 'folder');
  const admission = await admitScan(request, source, catalog);
  const inside = source.kind === 'folder' ? await exportInside(source.path, request.exportDir) : undefined;
  const explain = diskFaults(request.exportDir, tmpdir());
  const run = await openRun(admission.plan, request, ports).catch(explain);
  try {
    const context = { request, catalog, admission, run, ports, inside };
    const snapshot = await take(source, 'source', context);
    const isKnown = await baseline(source, context);
    const steps = await execute(snapshot, 'steps', context);
    const tally = await writeFindings(steps, run.staging, isKnown);
    const evidence = weigh(snapshot, steps, tally, context);
    return await leave(evidence, steps, isKnown, context);
  } catch (error) {
    return await explain(error);
  } finally {
    await closeRun(run);
  }
}

/** The operator's word that a `.git` may point outside the source. */
function withGitDir(source: SourceRequest, allowGitDir: boolean): SourceRequest {
  return source.kind === 'folder' || (source.kind === 'git' && source.path !== undefined)
    ? { ...source, allowGitDir }
    : source;
}

interface Context {
  request: ScanRequest;
  catalog: Catalog;
  admission: Admission;
  run: OpenRun;
  ports: ScanPorts;
  /** Path of the export folder inside the source. */
  inside: string | undefined;
}

/** Copies the source as it is now; steps never see the live tree. */
async function take(
  source: SourceRequest,
  name: string,
  { catalog, admission, run, inside }: Context,
): Promise<Snapshot> {
  run.say({ type: 'snapshot', state: 'started' });
  const { sandbox, audit, signal } = run;
  const scratch = join(run.work, name);
  await mkdir(scratch);
  const worker = { folder: join(run.work, `${name}-worker`) };
  await stageLocked('snapshot', catalog, worker.folder);
  const limits = snapshotLimits(admission.plan);
  const pathRules = snapshotRules(admission.plan, inside);
  const ports = { sandbox, audit, worker, scratch, limits, pathRules, signal };
  const taken = await takeSnapshot(source, ports).catch((error: unknown) => {
    throw signal.aborted ? cancelled(signal, error) : error;
  });
  // How many bundles lie there already is no property of the source.
  const snapshot = { ...taken, excluded: taken.excluded.filter(({ rule }) => rule !== EXPORT_RULE) };
  if (inside !== undefined) refuseTracked(inside, snapshot.entries);
  // A source without such files leaves no folder for them, and a mount needs one.
  for (const name of ['general', 'sensitive'])
    if ((await mkdir(join(snapshot.folder, name), { recursive: true })) !== undefined)
      await chmod(join(snapshot.folder, name), 0o755);
  const bytes = snapshot.entries.reduce((sum, entry) => sum + entry.size, 0);
  run.say({ type: 'snapshot', state: 'done', files: snapshot.entries.length, bytes, unread: snapshot.unread.length });
  return snapshot;
}

/** Without a snapshot there is no subject that evidence could be about, so there is no bundle. */
function cancelled(signal: AbortSignal, cause: unknown): Fault {
  const message = `${cancelReason(signal)} while the source was read; nothing was scanned and no bundle was made`;
  return new Fault('snapshot', message, cancelRemedy(signal), { cause });
}

/** Runs the plan's steps over a snapshot. */
function execute(snapshot: Snapshot, name: string, { request, catalog, admission, run }: Context): Promise<StepRun[]> {
  return runPlan(admission.plan, {
    snapshot,
    catalog,
    sandbox: run.sandbox,
    audit: run.audit,
    scratch: join(run.work, name),
    assets: request.privacyAssets === undefined ? {} : { privacy: request.privacyAssets },
    signal: run.signal,
    jobs: request.jobs,
    readReport,
    onStep: (event) => {
      if (event.state === 'done') recordOutcome(run.audit, event.outcome);
      run.say({ type: 'step', ...event });
    },
  });
}

/** What a tool or an error says stays out of the log of decisions: the cause has a name. */
function recordOutcome(audit: Audit, { step, status, error }: StepOutcome): void {
  const reason = error?.cause ?? status;
  audit.record({ kind: 'state', what: `step ${step}`, from: 'planned', to: status, actor: 'tool', reason });
}

/** What the baseline knows: a bundle's findings, or those of a scan of another ref with the same plan. */
async function baseline(source: SourceRequest, context: Context): Promise<IsKnown | undefined> {
  const wanted = context.admission.plan.baseline;
  if (wanted === null) return undefined;
  if (wanted.kind === 'bundle') return knownInBundle(context.request.baseline ?? '');
  const snapshot = await take(atRef(source, wanted.id), 'baseline', context);
  const steps = await execute(snapshot, 'baseline-steps', context);
  return knownIn(
    steps.flatMap(({ results }) => (results === undefined ? [] : [readFindings(join(results, 'findings.jsonl'))])),
  );
}

function weigh(
  snapshot: Snapshot,
  steps: readonly StepRun[],
  tally: Evidence['tally'],
  { admission, run }: Context,
): Evidence {
  const { plan, manifest } = admission;
  const outcomes = steps.map((step) => step.outcome);
  const verdict = judge(plan, outcomes, snapshot.unread, tally);
  recordVerdict(run.audit, verdict);
  run.say({ type: 'verdict', verdict });
  return { plan, manifest, snapshot, outcomes, tally, verdict };
}

function recordVerdict(audit: Audit, { verdict, budgets }: Verdict): void {
  for (const { scope, name, severity, count, limit } of budgets) {
    const what = [...new Set([scope, name, severity])].join(' ');
    if (limit !== null) audit.record({ kind: 'budget', what, used: count, limit });
  }
  const reason = 'budgets, steps and unread files were weighed';
  audit.record({ kind: 'state', what: 'verdict', from: 'open', to: verdict, actor: 'policy', reason });
}

/** Writes documents, statement and run record, and makes the bundle visible. */
async function leave(
  evidence: Evidence,
  runs: readonly StepRun[],
  isKnown: IsKnown | undefined,
  context: Context,
): Promise<ScanResult> {
  const { request, catalog, admission, run, ports } = context;
  const { staging, audit, sandbox } = run;
  const exitCode = EXIT_CODES[evidence.verdict.verdict];
  const { index, sha256 } = await writeDocuments(
    { evidence, runs, policy: admission.policy, catalog, isKnown },
    staging,
  );
  await writeScanStatement(evidence, index, sha256, staging);
  const id = request.bundleId ?? bundleId(evidence.snapshot, sha256);
  audit.record({ kind: 'state', what: 'bundle', from: 'staged', to: 'published', actor: 'operator', reason: id });
  audit.close();
  const verdict = { verdict: evidence.verdict.verdict, exitCode, exitZero: request.exitZero ?? false };
  const facts = {
    ...run,
    folder: join(staging.folder, run.record),
    finished: ports.clock(),
    version: VERSION,
    runs,
    verdict,
  };
  await writeRunRecord({ ...facts, sandbox, unsandboxed: request.unsandboxed ?? false }, sha256);
  const bundle = await publish(staging.folder, request.exportDir, id, sha256, request.replace ?? false);
  await pointLatest(request.exportDir, bundle.id, run.incomplete);
  return { evidence, bundle, exitCode };
}
