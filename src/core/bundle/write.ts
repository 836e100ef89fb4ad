import { createReadStream, existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { IsKnown } from '../findings/baseline.js';
import { type Rule, ruleSchema } from '../findings/finding.js';
import { type FindingBatches, mergeFindings, readFindings } from '../findings/merge.js';
import { canonicalJson } from '../lib/canonical.js';
import { readJsonLines, readPlainFile } from '../lib/plain-file.js';
import { publicManifest } from '../manifest/manifest.js';
import type { StepRun } from '../runtime/context.js';
import type { Exempt } from '../verdict/exceptions.js';
import { type Tally, tallier } from '../verdict/tally.js';
import { compliance } from './compliance.js';
import { type BundleInput, manifestInfo, policyResult, summary } from './documents.js';
import { joinRuns, REPORT_END, REPORT_START, renderRun, renderSarif, type SarifRun } from './sarif.js';
import { writeSbom } from './sbom.js';
import { type IndexEntry, MEDIA, type Staging } from './staging.js';
import { uploadRuns, watched } from './upload.js';

/** A larger report of a tool's own cannot be a string; its findings are kept all the same. */
const MAX_NATIVE = 2 ** 28;

/** Merges the findings of all steps into findings.jsonl, the primary evidence, and counts them on the way. */
export async function writeFindings(
  runs: readonly StepRun[],
  into: Staging,
  isKnown: IsKnown | undefined,
  exempt: Exempt,
): Promise<Tally> {
  const counter = tallier(isKnown, exempt);
  async function* lines() {
    for await (const findings of mergeFindings(runs.flatMap(findingsOf))) {
      for (const finding of findings) counter.add(finding);
      yield findings.map((finding) => `${canonicalJson(finding)}\n`).join('');
    }
  }
  await into.stream('findings.jsonl', MEDIA.jsonl, lines());
  return counter.finish();
}

const findingsOf = (run: StepRun): FindingBatches[] =>
  run.results === undefined ? [] : [readFindings(join(run.results, 'findings.jsonl'))];

/** Renders every document but findings.jsonl, and last the index. Returns the index and its SHA-256. */
export async function writeDocuments(
  input: BundleInput,
  into: Staging,
): Promise<{ index: IndexEntry[]; sha256: string }> {
  const { evidence } = input;
  await writeInputs(input, into);
  await into.json('manifest-info.json', manifestInfo(evidence));
  await into.json('policy-result.json', policyResult(evidence));
  await into.json('summary.json', summary(evidence));
  await into.json('compliance.json', compliance(evidence));
  await writeReports(await sarifRuns(input), into);
  await writeNative(input, into);
  await writeSbom(input, into);
  const index = into.index();
  await into.json('bundle.json', { schemaVersion: 1, files: index });
  const own = into.index().find((entry) => entry.path === 'bundle.json');
  return { index, sha256: own?.sha256 ?? '' };
}

async function writeInputs({ evidence, policy, catalog, waivers }: BundleInput, into: Staging): Promise<void> {
  const { plan, manifest } = evidence;
  await into.json('inputs/plan.json', plan);
  await into.json('inputs/policy.json', policy);
  if (manifest !== undefined) await into.json('inputs/manifest.json', publicManifest(manifest));
  if (waivers !== undefined) await into.json('inputs/waivers.json', waivers);
  for (const step of plan.steps) await into.json(`inputs/tools/${step.tool}.json`, catalog.tools.get(step.tool));
}

async function sarifRuns(input: BundleInput): Promise<SarifRun[]> {
  const ran = input.runs.filter(
    ({ outcome }) => !['skipped', 'not-applicable'].includes(outcome.status) && outcome.category !== 'sbom',
  );
  return Promise.all(ran.map((run) => sarifRun(run, input)));
}

async function sarifRun(run: StepRun, { evidence, catalog, isKnown, exempt }: BundleInput): Promise<SarifRun> {
  const { outcome, results } = run;
  const tool = catalog.tools.get(outcome.tool);
  const step = evidence.plan.steps.find((candidate) => candidate.id === outcome.step);
  const rules: Rule[] = [];
  if (results !== undefined) {
    for await (const value of readJsonLines(join(results, 'rules.jsonl'))) rules.push(ruleSchema.parse(value));
  }
  return {
    tool: {
      id: outcome.tool,
      name: tool?.name ?? outcome.tool,
      version: step?.version ?? '',
      homepage: tool?.homepage,
    },
    profile: evidence.plan.profile.name,
    outcome,
    rules,
    findings: () => mergeFindings(findingsOf(run)),
    isKnown,
    exempt,
  };
}

/** The tools' own reports, as their readers left them: masked, sorted, and without what varies from run to run. */
async function writeNative({ runs }: BundleInput, into: Staging): Promise<void> {
  for (const { outcome, results } of runs) {
    const path = results === undefined ? undefined : join(results, 'native.json');
    if (path === undefined || !existsSync(path)) continue;
    const text = (await readPlainFile(path, MAX_NATIVE)).toString('utf8');
    await into.text(`reports/${outcome.category}/${outcome.tool}.json`, MEDIA.json, text);
  }
}

/** Where Certus-Assurance looks for a report, when that is not the folder of the tool's category. */
const PLACES: Readonly<Record<string, string>> = { trivy: 'sast' };

/** Each run is rendered once, into the report of its tool; the joint reports have its text from there. */
async function writeReports(runs: readonly SarifRun[], into: Staging): Promise<void> {
  const texts = new Map<string, { path: string; isWhole: boolean }>();
  for (const each of runs) {
    const { run, isWhole } = watched(each);
    const path = `reports/${PLACES[run.tool.id] ?? run.outcome.category}/${run.tool.id}.sarif.json`;
    await into.stream(path, MEDIA.sarif, renderSarif([run]));
    texts.set(run.tool.id, { path, isWhole: isWhole() });
  }
  const written = [...texts.values()].map(({ path }) => runIn(into.folder, path));
  await into.stream('results.sarif', MEDIA.sarif, joinRuns(written));
  const uploaded = uploadRuns(runs).map((run) => {
    const text = texts.get(run.tool.id);
    return text?.isWhole ? runIn(into.folder, text.path) : renderRun(run);
  });
  await into.stream('results.upload.sarif', MEDIA.sarif, joinRuns(uploaded));
}

/** The text of the run inside a report of one run. */
async function* runIn(folder: string, path: string): AsyncGenerator<string> {
  const file = join(folder, path);
  const { size } = await stat(file);
  const range = { start: REPORT_START.length + 1, end: size - REPORT_END.length - 1 };
  yield* createReadStream(file, { ...range, encoding: 'utf8' });
}
