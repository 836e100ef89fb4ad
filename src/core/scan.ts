import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admitScan, operatorFiles, operatorPrograms } from './admission.js';
import { writeSignatures } from './attest/sign.js';
import { writeRunRecord, writeScanStatement } from './attest/write.js';
import { takeBaseline } from './baseline.js';
import type { Evidence } from './bundle/documents.js';
import { bundleId, checkBundleId } from './bundle/id.js';
import { type Published, pointLatest, publish } from './bundle/publish.js';
import { writeDocuments, writeFindings } from './bundle/write.js';
import { diskFaults } from './disk.js';
import type { IsKnown } from './findings/baseline.js';
import type { Audit } from './lib/audit.js';
import { VERSION } from './lib/version.js';
import type { Catalog } from './plan/catalog.js';
import { closeRun, openRun, type ScanPorts } from './run.js';
import type { StepRun } from './runtime/context.js';
import { coverageOf, handOut } from './runtime/input.js';
import type { ScanRequest } from './scan-request.js';
import { guardTree } from './source/guard.js';
import { parseSource } from './source/request.js';
import type { SourceRequest } from './source/snapshot.js';
import { type Context, execute, take } from './stages.js';
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
  const { exportDir } = request;
  const inside = await guardTree(source, { documents: await operatorFiles(request), exportDir });
  const admission = await admitScan(request, catalog, ports.clock);
  await guardTree(source, { documents: operatorPrograms(admission), exportDir });
  const explain = diskFaults(request.exportDir, tmpdir());
  const run = await openRun(admission.plan, request, ports).catch(explain);
  try {
    const context = { request, catalog, admission, run, ports, inside };
    const snapshot = await take(source, 'source', context);
    const { isKnown, facts } = await takeBaseline(source, snapshot, context);
    const handed = handOut(admission.plan.steps, snapshot.entries);
    const steps = await execute(snapshot, handed, 'steps', context);
    const tally = await writeFindings(steps, run.staging, isKnown);
    const coverage = coverageOf(admission.plan.steps, handed, snapshot.entries);
    const evidence = weigh({ snapshot, coverage, tally, baseline: facts }, steps, context);
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

function weigh(
  known: Pick<Evidence, 'snapshot' | 'coverage' | 'tally' | 'baseline'>,
  steps: readonly StepRun[],
  { admission, run }: Context,
): Evidence {
  const { snapshot, tally, baseline } = known;
  const { plan, manifest } = admission;
  const outcomes = steps.map((step) => step.outcome);
  const verdict = judge(plan, outcomes, snapshot.unread, tally, baseline ?? undefined);
  recordVerdict(run.audit, verdict);
  run.say({ type: 'verdict', verdict });
  return { plan, manifest, ...known, outcomes, verdict };
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
  if (request.signKey !== undefined) await writeSignatures(staging.folder, request.signKey);
  const bundle = await publish(staging.folder, request.exportDir, id, sha256, request.replace ?? false);
  await pointLatest(request.exportDir, bundle.id, run.incomplete);
  return { evidence, bundle, exitCode };
}
