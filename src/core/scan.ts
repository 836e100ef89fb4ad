import { join } from 'node:path';
import type { ShardRun } from './attest/schemas.js';
import { signedAs } from './attest/sign.js';
import { keysOf, signBundle } from './attest/sign-bundle.js';
import { type RunFacts, writeRunRecord, writeStatements, writeVulns } from './attest/write.js';
import { takeBaseline } from './baseline.js';
import type { BaselineFacts, BundleInput, Evidence } from './bundle/documents.js';
import { bundleId } from './bundle/id.js';
import { type Published, pointLatest, publish } from './bundle/publish.js';
import { writeDocuments, writeFindings } from './bundle/write.js';
import { recordEdits, recordWaivers } from './decisions.js';
import type { IsKnown } from './findings/baseline.js';
import { chainRun } from './history/add.js';
import type { Head } from './history/append.js';
import { inRun } from './in-run.js';
import type { Audit } from './lib/audit.js';
import { VERSION } from './lib/version.js';
import { demandSource } from './pinned.js';
import type { Catalog } from './plan/catalog.js';
import type { RunLog, ScanPorts } from './run.js';
import { untoldCancel } from './runtime/cancel.js';
import type { StepRun } from './runtime/context.js';
import { coverageOf, type Handed, handOut } from './runtime/input.js';
import type { ScanRequest } from './scan-request.js';
import type { Snapshot } from './source/snapshot.js';
import { type Context, execute, take } from './stages.js';
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
  return inRun(asked, given, ports, async (source, context) => {
    const { request, admission, run } = context;
    const { plan } = admission;
    await request.keyless?.begin(run.signal);
    const snapshot = await take(source, 'source', context);
    demandSource(snapshot, request.pinned);
    const { isKnown, facts } = await takeBaseline(source, snapshot, context);
    recordEdits(run.audit, facts);
    const handed = handOut(plan.steps, snapshot.entries);
    const steps = await execute(snapshot, handed, 'steps', context);
    return await conclude({ snapshot, handed, steps, isKnown, baseline: facts }, context);
  });
}

/** What steps came to, over which files of which source, and what that is compared with. */
export interface Ran {
  snapshot: Snapshot;
  handed: Handed;
  steps: readonly StepRun[];
  isKnown: IsKnown | undefined;
  baseline: BaselineFacts | null;
}

/** A run whose steps are over. Its sandbox is told of, not used. */
export interface Concluding extends Pick<Context, 'request' | 'catalog' | 'admission' | 'ports'> {
  run: RunLog & { sandbox: RunFacts['sandbox']; shards?: readonly ShardRun[] };
}

/** Counts the findings, judges, and leaves the bundle. */
export async function conclude(ran: Ran, context: Concluding): Promise<ScanResult> {
  const { snapshot, handed, steps, isKnown, baseline } = ran;
  const { admission, run } = context;
  const excepted = exceptions(admission.plan, admission.waivers);
  const tally = await writeFindings(steps, run.staging, isKnown, excepted.count);
  const coverage = coverageOf(admission.plan.steps, handed, snapshot.entries);
  // The verdict tells of a cancellation until here, and the bundle is signed all the same; what comes later ends the signing.
  const signing = context.ports.signal.aborted ? undefined : context.ports.signal;
  const evidence = weigh({ snapshot, coverage, tally, baseline, waivers: excepted.used() }, steps, context);
  return await leave(evidence, steps, { isKnown, exempt: excepted.exempt, signing }, context);
}

function weigh(
  known: Pick<Evidence, 'snapshot' | 'coverage' | 'tally' | 'baseline' | 'waivers'>,
  steps: readonly StepRun[],
  { admission, run }: Concluding,
): Evidence {
  const { snapshot, tally, baseline, waivers } = known;
  const { plan, manifest } = admission;
  const outcomes = steps.map((step) => step.outcome);
  const cancelled = untoldCancel(run.signal, outcomes);
  const verdict = judge(plan, outcomes, snapshot.unread, tally, baseline ?? undefined, waivers?.states, cancelled);
  recordWaivers(run.audit, waivers);
  recordVerdict(run.audit, verdict);
  run.say({ type: 'verdict', verdict });
  return { plan, manifest, ...known, outcomes, cancelled, verdict };
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
  { isKnown, exempt, signing }: Pick<BundleInput, 'isKnown' | 'exempt'> & { signing: AbortSignal | undefined },
  context: Concluding,
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
  const signatures = signedAs(keysOf(request), request.signatureFormats);
  await writeRunRecord({ ...facts, sandbox, unsandboxed: request.unsandboxed ?? false, signedAs: signatures }, sha256);
  await signBundle(staging.folder, request, join(request.exportDir, '.unsigned', run.id), signing);
  const bundle = await publish(staging.folder, request.exportDir, id, sha256, request.replace ?? false);
  const history = await chainRun(request.exportDir, bundle, run.id);
  await pointLatest(request.exportDir, bundle.id, run.incomplete);
  return { evidence, bundle, exempt, history, exitCode };
}
