import type { IsKnown } from '../findings/baseline.js';
import type { StepOutcome } from '../runtime/outcome.js';
import type { Exceptions } from '../verdict/exceptions.js';
import { type FindingsRead, readFindingsFile } from './findings.js';
import type { BundleFolder } from './folder.js';
import { measure } from './folder.js';
import type { Inputs } from './inputs.js';
import { type Problems, Unsound } from './problems.js';
import { digestOfAll, digestOfUpload, isReported, type Report, readReportHead, rerender } from './sarif.js';

/**
 * Reads the findings, and renders every SARIF report from them again: each must be the same file, byte by byte.
 * Undefined when findings cannot be relied on.
 */
export async function checkReports(
  folder: BundleFolder,
  inputs: Inputs,
  outcomes: readonly StepOutcome[],
  excepted: Exceptions,
  problems: Problems,
): Promise<FindingsRead | undefined> {
  const before = problems.count();
  const known = new Set<string>();
  const reports: Report[] = [];
  for (const outcome of outcomes.filter(isReported)) {
    const report = await readReport(folder, inputs, outcome, known, problems);
    if (report !== undefined) reports.push(report);
  }
  const isKnown: IsKnown | undefined =
    inputs.plan.baseline === null ? undefined : ({ fingerprint }) => known.has(fingerprint);
  const ready = reports.map((report) => ({ ...report, run: { ...report.run, isKnown, exempt: excepted.exempt } }));
  const read = await problems.attempt('findings.jsonl', () =>
    readAndRender(folder, ready, outcomes, { isKnown, excepted }, problems),
  );
  if (read === undefined || problems.count() > before) return read;
  await compare(folder, 'results.sarif', digestOfAll(folder, ready), problems);
  await compare(folder, 'results.upload.sarif', digestOfUpload(folder, ready, read.uploadable), problems);
  return read;
}

async function readReport(
  folder: BundleFolder,
  { plan, tools }: Inputs,
  outcome: StepOutcome,
  known: Set<string>,
  problems: Problems,
): Promise<Report | undefined> {
  // The folder is that of the category, but for tools that have a place of their own.
  const paths = folder.files.filter(
    (file) => file.startsWith('reports/') && file.endsWith(`/${outcome.tool}.sarif.json`),
  );
  const [path, ...others] = paths;
  if (path === undefined || others.length > 0) {
    problems.add('reports', `expected one SARIF report of ${outcome.tool}, found ${paths.length}`);
    return undefined;
  }
  const head = await problems.attempt(path, () => readReportHead(folder, path, plan.baseline !== null));
  if (head === undefined) return undefined;
  for (const fingerprint of head.known) known.add(fingerprint);
  const tool = tools.get(outcome.tool);
  const step = plan.steps.find((candidate) => candidate.id === outcome.step);
  const { name = outcome.tool, homepage } = tool ?? {};
  const driver = { id: outcome.tool, name, version: step?.version ?? '', ...(homepage !== undefined && { homepage }) };
  return { path, run: { tool: driver, profile: plan.profile.name, outcome, rules: head.rules } };
}

async function readAndRender(
  folder: BundleFolder,
  reports: readonly Report[],
  outcomes: readonly StepOutcome[],
  { isKnown, excepted }: { isKnown: IsKnown | undefined; excepted: Exceptions },
  problems: Problems,
): Promise<FindingsRead> {
  const renderers = reports.map((report) => ({ report, ...rerender(report) }));
  const byTool = new Map(renderers.map(({ report, push }) => [report.run.tool.id, push]));
  const withFindings = outcomes.filter(({ status }) => status === 'findings' || status === 'clean');
  const consumers = new Map(withFindings.map(({ tool }) => [tool, byTool.get(tool) ?? (async () => {})]));
  const read = await readFindingsFile(folder, consumers, isKnown, excepted);
  for (const { tool, status, findings } of outcomes) {
    const found = [...(read.counts.get(tool)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
    if (found !== findings || (status === 'clean' && found > 0))
      throw new Unsound(`has ${found} findings of ${tool}, its outcome is \`${status}\` with ${findings}`);
  }
  for (const { report, finish } of renderers) await compare(folder, report.path, finish(), problems);
  return read;
}

async function compare(folder: BundleFolder, path: string, expected: Promise<string>, problems: Problems) {
  await problems.attempt(path, async () => {
    if ((await expected) !== (await measure(folder, path)).sha256)
      throw new Unsound('is not what findings, plan and outcomes give when it is rendered again');
  });
}
