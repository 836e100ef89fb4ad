import { scanStatement } from '../attest/scan-statement.js';
import { compliance } from '../bundle/compliance.js';
import { type Evidence, manifestInfo, policyResult, summary } from '../bundle/documents.js';
import type { Plan } from '../plan/plan.js';
import type { TrustedKey } from '../policy/trusted-keys.js';
import type { StepOutcome } from '../runtime/outcome.js';
import type { Snapshot } from '../source/snapshot.js';
import { exceptions, type WaiversUsed } from '../verdict/exceptions.js';
import { judge, type Verdict } from '../verdict/judge.js';
import type { Tally } from '../verdict/tally.js';
import { checkAttestations } from './attestations.js';
import { readCanonical } from './document.js';
import type { BundleFolder } from './folder.js';
import { type Inputs, readInputs } from './inputs.js';
import { type Problems, Unsound } from './problems.js';
import { compare } from './rendered.js';
import { checkReports } from './reports.js';
import { type BundleIndex, type Summary, summarySchema } from './schemas.js';

/**
 * Recomputes the verdict from findings, plan and outcomes, and renders each document and the scan statement again.
 * Undefined when there is not enough to judge by.
 */
export async function checkEvidence(
  folder: BundleFolder,
  { files }: BundleIndex,
  indexSha256: string,
  problems: Problems,
  waiverKeys?: readonly TrustedKey[],
): Promise<Checked | undefined> {
  const inputs = await readInputs(folder, problems, waiverKeys);
  const given = await problems.attempt('summary.json', () => readCanonical(folder, 'summary.json', summarySchema));
  if (inputs === undefined || given === undefined) return undefined;
  await problems.attempt('summary.json', () => agrees(inputs.plan, given));
  const excepted = exceptions(inputs.plan, inputs.waivers);
  const read = await checkReports(folder, inputs, given.tools, excepted, problems);
  if (read === undefined) return undefined;
  const evidence = evidenceOf(inputs, given, read.tally, excepted.used());
  const documents: [string, object][] = [
    ['summary.json', { ...summary(evidence), source: given.source }],
    ['policy-result.json', policyResult(evidence)],
    ['manifest-info.json', manifestInfo(evidence)],
    ['compliance.json', compliance(evidence)],
    ['attestation.intoto.json', scanStatement(evidence, files, indexSha256)],
  ];
  for (const [path, expected] of documents) await problems.attempt(path, () => compare(folder, path, expected));
  await checkAttestations(folder, { evidence, index: files, indexSha256 }, problems);
  return { evidence, plan: inputs.plan, verdict: evidence.verdict, outcomes: given.tools };
}

export interface Checked {
  evidence: Evidence;
  plan: Plan;
  verdict: Verdict;
  outcomes: readonly StepOutcome[];
}

/** What summary.json says of steps and baseline must be about this plan. Throws `Unsound`. */
function agrees({ steps, baseline }: Plan, given: Summary): void {
  const ids = given.tools.map(({ step }) => step);
  if (new Set(ids).size !== ids.length) throw new Unsound('has two outcomes of one step');
  for (const { step, tool, status } of given.tools) {
    const planned = steps.find(({ id }) => id === step);
    if (planned === undefined ? status !== 'skipped' : planned.tool !== tool)
      throw new Unsound(`has an outcome of ${step}, which the plan does not have`);
  }
  const same = given.baseline?.kind === baseline?.kind && given.baseline?.id === baseline?.id;
  if (!same) throw new Unsound('was compared with another baseline than the plan names');
  const { subject, treeDigest } = given.source;
  if (subject.kind === 'tree' && subject.digest !== treeDigest) throw new Unsound('names two digests of one tree');
}

function evidenceOf({ plan, manifest }: Inputs, given: Summary, tally: Tally, waivers: WaiversUsed | null): Evidence {
  const { subject, treeDigest, dirty, origin } = given.source;
  const snapshot: Snapshot = {
    folder: '',
    entries: [],
    unread: given.unread.snapshot,
    excluded: given.excluded,
    ignored: given.ignored,
    treeDigest,
    subject,
    dirty,
    ...(origin !== null && { origin }),
  };
  const { tools: outcomes, cancelled, baseline, coverage } = given;
  const verdict = judge(plan, outcomes, snapshot.unread, tally, baseline ?? undefined, waivers?.states, cancelled);
  return { plan, manifest, snapshot, coverage, outcomes, cancelled, tally, verdict, baseline, waivers };
}
