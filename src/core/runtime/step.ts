import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Audit } from '../lib/audit.js';
import { limitsOf } from '../lib/capability.js';
import { digestOf } from '../lib/digest.js';
import { Fault } from '../lib/errors.js';
import type { Job, JobResult, Mount, Sandbox } from '../lib/sandbox/job.js';
import { recordJob } from '../lib/sandbox/record.js';
import type { Catalog } from '../plan/catalog.js';
import type { Step } from '../plan/plan.js';
import type { Snapshot } from '../source/snapshot.js';
import { cancelReason } from './cancel.js';
import { filesFor, type HandedFile, sourceMounts, writeInput } from './input.js';
import { endError, type StepError, type StepOutcome } from './outcome.js';
import { readableByJobs } from './readable.js';
import { stageLocked } from './stage.js';

/** What a step needs from its run. */
export interface StepContext {
  snapshot: Snapshot;
  catalog: Catalog;
  sandbox: Sandbox;
  audit: Audit;
  /** Host folder of this run; each step has a folder of its own under it. */
  scratch: string;
  /** Host folders of asset packs. */
  assets: Readonly<Record<string, string>>;
  signal: AbortSignal;
  onState: (state: 'running' | 'reading') => void;
  readReport: ReadReport;
}

/** What was read from a step's report. */
export type ReportRead = { job: Job; result: JobResult } & (
  | { error: StepError }
  | { found: Pick<StepOutcome, 'findings' | 'suppressed' | 'unread'>; results: string }
);

/** The port through which a report is read; the findings stage has its implementation. */
export type ReadReport = (step: Step, folder: string, context: StepContext) => Promise<ReportRead>;

/** A step that was run: the outcome is evidence, the rest is for the run record. */
export interface StepRun {
  outcome: StepOutcome;
  /** Host folder with findings.jsonl, rules.jsonl, components.jsonl; set when the report was read. */
  results?: string;
  /** Host folder with stdout.log and stderr.log. */
  folder?: string;
  job?: JobResult;
  reader?: JobResult;
}

/** Runs one tool over the files that it applies to and has its report read. Never throws for what the tool does. */
export async function runStep(step: Step, context: StepContext): Promise<StepRun> {
  const files = filesFor(step, context.snapshot.entries);
  if (files.length === 0)
    return { outcome: outcomeOf(step, { status: 'not-applicable', reason: 'no file that it applies to' }) };
  const folder = join(context.scratch, 'steps', step.id);
  try {
    return await execute(step, files, folder, context);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { message, remedy = 'Run again.' } = error;
    return failed(step, files.length, { cause: causeOf(error), message, remedy }, { folder });
  }
}

function causeOf({ code, cause }: Fault): StepError['cause'] {
  if (code !== 'digest') return 'not-started';
  return (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT' ? 'missing' : 'digest';
}

async function execute(step: Step, files: HandedFile[], folder: string, context: StepContext): Promise<StepRun> {
  const entry = context.catalog.lock.workers[step.worker];
  if (entry === undefined || digestOf(entry) !== step.digest)
    throw new Fault('digest', `${step.tool}: the lock changed since the plan`);
  await stageLocked(step.worker, context.catalog, join(folder, 'tool'));
  await writeInput(join(folder, 'in'), files, { 'config.json': step.config });
  await mkdir(join(folder, 'out'), { recursive: true });
  await readableByJobs(join(folder, 'out'));
  const job = jobFor(step, folder, context);
  context.onState('running');
  const result = await context.sandbox.run(job, context.signal);
  recordJob(context.audit, job, result);
  const run = { folder, job: result };
  if (result.end.kind === 'cancelled') return { ...run, outcome: cancelled(step, files.length, context) };
  const error = endError(result.end, step.tool) ?? exitCodeError(step, result);
  if (error !== undefined) return failed(step, files.length, error, run);
  context.onState('reading');
  return readBack(step, files, folder, context, run);
}

async function readBack(
  step: Step,
  files: HandedFile[],
  folder: string,
  context: StepContext,
  run: StepRunParts,
): Promise<StepRun> {
  const read = await context.readReport(step, folder, context);
  recordJob(context.audit, read.job, read.result);
  const parts = { ...run, reader: read.result };
  if (read.result.end.kind === 'cancelled') return { ...parts, outcome: cancelled(step, files.length, context) };
  if ('error' in read) return failed(step, files.length, read.error, parts);
  const mismatch = codeMismatch(step, run.job, read.found.findings);
  if (mismatch !== undefined) return failed(step, files.length, mismatch, parts);
  const status = read.found.findings > 0 ? 'findings' : 'clean';
  const outcome = outcomeOf(step, { status, files: files.length, ...read.found });
  return { ...parts, outcome, results: read.results };
}

type StepRunParts = Omit<StepRun, 'outcome'> & { job: JobResult };

function jobFor(step: Step, folder: string, context: StepContext): Job {
  const assets = Object.keys(step.assets).map(
    (name): Mount => ({ from: context.assets[name] ?? '', to: `/assets/${name}`, access: 'read' }),
  );
  return {
    id: step.id,
    substrate: 'node',
    args: step.args,
    env: {},
    cwd: '/out',
    limits: limitsOf(step.capabilities),
    stdout: join(folder, 'stdout.log'),
    stderr: join(folder, 'stderr.log'),
    mounts: [
      ...sourceMounts(step, context.snapshot),
      ...assets,
      { from: join(folder, 'tool'), to: '/tool', access: 'read' },
      { from: join(folder, 'in'), to: '/in', access: 'read' },
      { from: join(folder, 'out'), to: '/out', access: 'write' },
    ],
  };
}

function exitCodeError(step: Step, { end }: JobResult): StepError | undefined {
  if (end.kind !== 'exited') return undefined;
  const known = [...new Set([...step.exitCodes.clean, ...step.exitCodes.findings])];
  if (known.includes(end.exitCode)) return undefined;
  const message = `${step.tool} ended with exit code ${end.exitCode}; its tool file knows ${known.join(', ')}`;
  return { cause: 'exit-code', message, remedy: 'Its log is in the run record.' };
}

/** An exit code that means findings with a report that has none is a report that lost them. */
function codeMismatch(step: Step, { end }: JobResult, findings: number): StepError | undefined {
  if (end.kind !== 'exited' || findings > 0 || step.exitCodes.clean.includes(end.exitCode)) return undefined;
  const message = `${step.tool} ended with exit code ${end.exitCode}, which means findings, but its report has none`;
  return { cause: 'report', message, remedy: 'Its log is in the run record.' };
}

function outcomeOf(step: Step, known: Pick<StepOutcome, 'status'> & Partial<StepOutcome>): StepOutcome {
  const { id, tool, category } = step;
  return {
    step: id,
    tool,
    category,
    error: null,
    reason: null,
    files: 0,
    findings: 0,
    suppressed: 0,
    unread: [],
    ...known,
  };
}

const cancelled = (step: Step, files: number, { signal }: StepContext): StepOutcome =>
  outcomeOf(step, { status: 'cancelled', reason: cancelReason(signal), files });

const failed = (step: Step, files: number, error: StepError, parts: Omit<StepRun, 'outcome'>): StepRun => ({
  ...parts,
  outcome: outcomeOf(step, { status: 'error', error, files }),
});
