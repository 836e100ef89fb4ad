import { constants } from 'node:fs';
import { chmod, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { ecosystemsOf } from '../advisories/ecosystems.js';
import type { Spellings } from '../advisories/names.js';
import { spellingsIn } from '../advisories/spellings.js';
import { Fault } from '../lib/errors.js';
import { MAX_STEP_FINDINGS, READER_LIMITS } from '../lib/limits.js';
import { readJsonBatches, readJsonLines, readPlainFile } from '../lib/plain-file.js';
import { printable } from '../lib/printable.js';
import { redact } from '../lib/redact.js';
import type { Job, JobResult } from '../lib/sandbox/job.js';
import { type Unread, unreadReason } from '../lib/unread.js';
import type { Step } from '../plan/plan.js';
import type { Left, ReadReport, StepContext } from '../runtime/context.js';
import { addInput } from '../runtime/input.js';
import { endError, type StepError } from '../runtime/outcome.js';
import { readableByJobs } from '../runtime/readable.js';
import { componentSchema } from './component.js';
import { compareFindings, type Finding, findingSchema, ruleSchema } from './finding.js';

const count = z.int().nonnegative();
const answerSchema = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    findings: count,
    rules: count,
    unread: count,
    components: count,
    suppressed: count,
  }),
  z.strictObject({ ok: z.literal(false), refused: z.string(), message: z.string() }),
]);
type Answer = Extract<z.infer<typeof answerSchema>, { ok: true }>;

const unreadSchema = z.strictObject({ path: z.string(), reason: unreadReason, detail: z.string() });

/** Has one report read by a reader in a sandbox of its own; it sees the report, the source and nothing else. */
export const readReport: ReadReport = async (step, left, context) => {
  const { folder } = left;
  const results = join(folder, 'read');
  const reader = await context.workers.folderOf('reader');
  await addInput(join(folder, 'in'), { 'reader.json': await requestFor(step, context) });
  await mkdir(results, { recursive: true });
  await readableByJobs(results);
  await handOver(left.report, step.report.file);
  const job = jobFor(step, left, { reader, results });
  const result = await context.sandbox.run(job, context.signal);
  const failed = readerFailure(step, result);
  return { job, result, ...(failed === undefined ? await checked(step, results) : { error: failed }) };
};

/** The reader may run as another user than the tool, whatever rights the tool left on its report. What is odd, the reader refuses. */
async function handOver(folder: string, name: string): Promise<void> {
  await chmod(folder, 0o755);
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(join(folder, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
  if (file === undefined) return;
  try {
    if ((await file.stat()).isFile()) await file.chmod(0o644);
  } finally {
    await file.close();
  }
}

const requestFor = async (step: Step, context: StepContext) => ({
  tool: step.tool,
  category: step.category,
  format: step.report.format,
  file: step.report.file,
  drop: step.report.drop,
  spellings: await spellingsFor(step, context),
  maxReportBytes: step.capabilities.output,
  maxFindings: MAX_STEP_FINDINGS,
});

/** Only of the ecosystems that the step has files of: a pack is read whole for it. */
async function spellingsFor({ id, advisories }: Step, { handed, catalog }: StepContext): Promise<Spellings> {
  if (advisories === null) return {};
  const { kind, packs } = advisories;
  const needed: readonly string[] = (handed.get(id) ?? []).flatMap(({ path }) => ecosystemsOf(path));
  const wanted = packs.filter(({ name }) => needed.includes(name)).map((pack) => ({ ...pack, kind }));
  return spellingsIn(wanted, catalog.advisories);
}

function jobFor(
  step: Step,
  { folder, source, report }: Left,
  { reader, results }: Record<'reader' | 'results', string>,
): Job {
  return {
    id: `${step.id}.reader`,
    substrate: 'node',
    args: ['/tool/worker.mjs', '/in', source[0]?.to ?? '', '/report', '/out'],
    env: {},
    cwd: '/out',
    limits: READER_LIMITS,
    stdout: join(folder, 'reader.stdout.log'),
    stderr: join(folder, 'reader.stderr.log'),
    mounts: [
      ...source,
      { from: reader, to: '/tool', access: 'read', settled: true },
      { from: join(folder, 'in'), to: '/in', access: 'read' },
      { from: report, to: '/report', access: 'read' },
      { from: results, to: '/out', access: 'write' },
    ],
  };
}

function readerFailure(step: Step, { end }: JobResult): StepError | undefined {
  const what = `the reader of ${step.tool}'s report`;
  const ended = endError(end, what);
  if (ended !== undefined) return { ...ended, cause: 'reader' };
  if (end.kind !== 'exited' || end.exitCode === 0) return undefined;
  return {
    cause: 'reader',
    message: `${what} ended with exit code ${end.exitCode}`,
    remedy: 'Its log is in the run record.',
  };
}

/** A reader that hostile bytes took over could write anything: every line is checked once before anyone uses it. */
async function checked(step: Step, results: string) {
  try {
    return await take(step, results);
  } catch (cause) {
    if (cause instanceof Fault && cause.code !== 'reader') throw cause;
    const message = `what the reader of ${step.tool}'s report left is not usable`;
    const error: StepError = { cause: 'reader', message, remedy: 'Report this; its log is in the run record.' };
    return { error };
  }
}

async function take(step: Step, results: string) {
  const answer = answerSchema.parse(
    JSON.parse((await readPlainFile(join(results, 'read.json'), 1 << 16)).toString('utf8')),
  );
  if (!answer.ok) return { error: refusedReport(step, answer.refused, answer.message) };
  const unread: Unread[] = [];
  for await (const value of readJsonLines(join(results, 'unread.jsonl'))) unread.push(unreadSchema.parse(value));
  await checkFindings(step, results, answer);
  for await (const values of readJsonBatches(join(results, 'components.jsonl')))
    for (const value of values) componentSchema.parse(value);
  return { found: { findings: answer.findings, suppressed: answer.suppressed, unread }, results };
}

async function checkFindings(step: Step, results: string, answer: Answer): Promise<void> {
  const rules = new Set<string>();
  for await (const value of readJsonLines(join(results, 'rules.jsonl'))) rules.add(ruleSchema.parse(value).id);
  let previous: Finding | undefined;
  let found = 0;
  const check = (value: unknown) => {
    const finding = findingSchema.parse(value);
    const ordered = previous === undefined || compareFindings(previous, finding) <= 0;
    if (!ordered || finding.tool !== step.tool || !rules.has(finding.rule)) throw new Error('findings out of form');
    previous = finding;
    found += 1;
  };
  for await (const values of readJsonBatches(join(results, 'findings.jsonl'))) values.forEach(check);
  if (found !== answer.findings) throw new Error('findings are missing');
}

const refusedReport = (step: Step, refused: string, message: string): StepError => ({
  cause: refused === 'report-missing' ? 'missing' : 'report',
  message: printable(redact(`${step.tool}: ${message} (${refused})`), 500),
  remedy: 'Its log is in the run record.',
});
