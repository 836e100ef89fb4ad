import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admitScan, operatorFiles, operatorPrograms } from './admission.js';
import { writeSignatures } from './attest/sign.js';
import { writeRunRecord, writeStatements, writeVulns } from './attest/write.js';
import { takeBaseline } from './baseline.js';
import type { BundleInput, Evidence } from './bundle/documents.js';
import { bundleId, checkBundleId } from './bundle/id.js';
import { type Published, pointLatest, publish } from './bundle/publish.js';
import { writeDocuments, writeFindings } from './bundle/write.js';
import { recordEdits, recordWaivers } from './decisions.js';
import { diskFaults } from './disk.js';
import { chainRun } from './history/add.js';
import type { Head } from './history/append.js';
import type { Audit } from './lib/audit.js';
import { VERSION } from './lib/version.js';
import { bundlesFolder, demandSource } from './pinned.js';
import type { Catalog } from './plan/catalog.js';
import { closeRun, openRun, type ScanPorts } from './run.js';
import type { StepRun } from './runtime/context.js';
import { coverageOf, handOut } from './runtime/input.js';
import type { ScanRequest } from './scan-request.js';
import { guardTree } from './source/guard.js';
import { parseSource, withGitDir } from './source/request.js';
import { type Context, execute, take } from './stages.js';
import { withTrustedBase } from './trusted-base.js';
import { type Exempt, exceptions } from './verdict/exceptions.js';
import { judge, type Verdict } from './verdict/judge.js';

/** What a scan leaves: the answer, and where its evidence is. */
export interface ScanResult {
  evidence: Evidence;
  bundle: Published;
  /** Which findings are in no budget although nobody mended them. */
  exempt: Exempt | undefined;
  /** Where the history of the export folder ends now; a caller that keeps it can tell a rollback. */
  history: Head;
  /** 0 pass · 1 fail · 3 error. A caller that cancelled knows its own signal. */
  exitCode: 0 | 1 | 3;
}

const EXIT_CODES = { pass: 0, fail: 1, error: 3 } as const;

/**
 * Scans a source and leaves one bundle. What can be refused is refused before a process starts.
 * Throws `Refusal` (nothing ran) or `Fault` (no bundle could be made); what the tools did is in the result.
 */
export async function scan(asked: ScanRequest, given: Catalog, ports: ScanPorts): Promise<ScanResult> {
  checkBundleId(asked.bundleId);
  const source = withGitDir(parseSource(asked.source), asked.allowGitDir ?? false);
  const { exportDir } = asked;
  const guarded = { documents: await operatorFiles(asked), exportDir: bundlesFolder(asked) };
  const inside = await guardTree(source, guarded);
  const { request, catalog, decisions } = await withTrustedBase(asked, given, ports.signal);
  const admission = await admitScan(request, catalog, ports.clock);
  await guardTree(source, { documents: operatorPrograms(admission), exportDir });
  const explain = diskFaults(request.exportDir, tmpdir());
  const run = await openRun(admission.plan, request, ports).catch(explain);
  try {
    for (const decision of decisions) run.audit.record(decision);
    const context = { request, catalog, admission, run, ports, inside };
    const snapshot = await take(source, 'source', context);
    demandSource(snapshot, request.pinned);
    const { isKnown, facts } = await takeBaseline(source, snapshot, context);
    recordEdits(run.audit, facts);
    const handed = handOut(admission.plan.steps, snapshot.entries);
    const steps = await execute(snapshot, handed, 'steps', context);
    const excepted = exceptions(admission.plan, admission.waivers);
    const tally = await writeFindings(steps, run.staging, isKnown, excepted.count);
    const coverage = coverageOf(admission.plan.steps, handed, snapshot.entries);
    const evidence = weigh({ snapshot, coverage, tally, baseline: facts, waivers: excepted.used() }, steps, context);
    return await leave(evidence, steps, { isKnown, exempt: excepted.exempt }, context);
  } catch (error) {
    return await explain(error);
  } finally {
    await closeRun(run);
  }
}

function weigh(
  known: Pick<Evidence, 'snapshot' | 'coverage' | 'tally' | 'baseline' | 'waivers'>,
  steps: readonly StepRun[],
  { admission, run }: Context,
): Evidence {
  const { snapshot, tally, baseline, waivers } = known;
  const { plan, manifest } = admission;
  const outcomes = steps.map((step) => step.outcome);
  const verdict = judge(plan, outcomes, snapshot.unread, tally, baseline ?? undefined, waivers?.states);
  recordWaivers(run.audit, waivers);
  recordVerdict(run.audit, verdict);
  run.say({ type: 'verdict', verdict });
  return { plan, manifest, ...known, outcomes, verdict };
}

function recordVerdict(audit: Audit, { verdict, budgets }: Verdict): void {
  for (const { scope, name, severity, count, limit } of budgets) {
    const what = [...new Set([scope, name, severity])].join(' ');
    if (limit !== null) audit.record({ kind: 'budget', what, used: count, limit, actor: 'policy' });
  }
  const reason = 'budgets, steps and unread files were weighed';
  audit.record({ kind: 'state', what: 'verdict', from: 'open', to: verdict, actor: 'policy', reason });
}

/** Writes documents, statement and run record, and makes the bundle visible. */
async function leave(
  evidence: Evidence,
  runs: readonly StepRun[],
  { isKnown, exempt }: Pick<BundleInput, 'isKnown' | 'exempt'>,
  context: Context,
): Promise<ScanResult> {
  const { request, catalog, admission, run, ports } = context;
  const { staging, audit, sandbox } = run;
  const exitCode = EXIT_CODES[evidence.verdict.verdict];
  const { index, sha256 } = await writeDocuments(
    { evidence, runs, policy: admission.policy, catalog, isKnown, exempt, waivers: admission.waivers?.document },
    staging,
  );
  await writeStatements(evidence, index, sha256, staging);
  audit.record({
    kind: 'write',
    path: 'attestation.intoto.json',
    decision: 'allowed',
    class: 'statement',
    actor: 'scanner',
  });
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
  await writeVulns(evidence, sha256, staging, facts);
  await writeRunRecord({ ...facts, sandbox, unsandboxed: request.unsandboxed ?? false }, sha256);
  for (const key of request.signKeys ?? []) await writeSignatures(staging.folder, key, request.signatureFormats);
  const bundle = await publish(staging.folder, request.exportDir, id, sha256, request.replace ?? false);
  const history = await chainRun(request.exportDir, bundle, run.id);
  await pointLatest(request.exportDir, bundle.id, run.incomplete);
  return { evidence, bundle, exempt, history, exitCode };
}
