import { join } from 'node:path';
import { Fault } from '../lib/errors.js';
import type { JobResult } from '../lib/sandbox/job.js';
import { recordJob } from '../lib/sandbox/record.js';
import type { Step } from '../plan/plan.js';
import { cancelReason } from './cancel.js';
import type { Left, StepContext, StepRun } from './context.js';
import type { HandedFile } from './input.js';
import { endError, type StepError, type StepOutcome } from './outcome.js';
import { prepare } from './prepare.js';

/** Runs one tool over the files that it applies to and has its report read. Never throws for what the tool does. */
export async function runStep(step: Step, context: StepContext): Promise<StepRun> {
  const files = context.handed.get(step.id) ?? [];
  if (context.signal.aborted) return { outcome: cancelled(step, files.length, context) };
  if (files.length === 0 && !step.appliesTo.history) return notApplicable(step, 'no file that it applies to');
  const folder = join(context.scratch, 'steps', step.id);
  try {
    const history = step.appliesTo.history ? await context.history() : undefined;
    if (history !== undefined && 'none' in history) return notApplicable(step, history.none);
    return await execute(step, files, folder, context);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (context.signal.aborted) return { outcome: cancelled(step, files.length, context) };
    const { message, remedy = 'Run again.' } = error;
    return failed(step, files.length, { cause: causeOf(error), message, remedy }, { folder });
  }
}

function causeOf({ code, cause }: Fault): StepError['cause'] {
  if (code === 'advisories') return 'advisories';
  if (code !== 'digest') return 'not-started';
  return (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT' ? 'missing' : 'digest';
}

async function execute(
  step: Step,
  files: readonly HandedFile[],
  folder: string,
  context: StepContext,
): Promise<StepRun> {
  const prepared = await prepare(step, files, folder, context);
  context.onState('running');
  const result = await context.sandbox.run(prepared.job, context.signal);
  recordJob(context.audit, prepared.job, result);
  const run = { folder, job: result };
  if (result.end.kind === 'cancelled') return { ...run, outcome: cancelled(step, files.length, context) };
  const error = endError(result.end, step.tool) ?? exitCodeError(step, result) ?? cutOff(step, result);
  if (error !== undefined) return failed(step, files.length, error, run);
  context.onState('reading');
  return readBack(step, files, { ...prepared, folder }, context, run);
}

async function readBack(
  step: Step,
  files: readonly HandedFile[],
  left: Left,
  context: StepContext,
  run: StepRunParts,
): Promise<StepRun> {
  const read = await context.readReport(step, left, context);
  recordJob(context.audit, read.job, read.result);
  const parts = { ...run, reader: read.result };
  if (read.result.end.kind === 'cancelled') return { ...parts, outcome: cancelled(step, files.length, context) };
  if ('error' in read) return failed(step, files.length, read.error, parts);
  const mismatch = codeMismatch(step, run.job, read.found.findings);
  if (mismatch !== undefined) return failed(step, files.length, mismatch, parts);
  const status = read.found.findings > 0 ? 'findings' : 'clean';
  const unread = [...left.unread, ...read.found.unread];
  const outcome = outcomeOf(step, { status, files: files.length, ...read.found, unread });
  return { ...parts, outcome, results: read.results };
}

type StepRunParts = Omit<StepRun, 'outcome'> & { job: JobResult };

function exitCodeError(step: Step, { end }: JobResult): StepError | undefined {
  if (end.kind !== 'exited') return undefined;
  const known = [...new Set([...step.exitCodes.clean, ...step.exitCodes.findings])];
  if (known.includes(end.exitCode)) return undefined;
  const message = `${step.tool} ended with exit code ${end.exitCode}; its tool file knows ${known.join(', ')}`;
  return { cause: 'exit-code', message, remedy: 'Its log is in the run record.' };
}

/** A report that a tool prints is cut where the log's cap is. */
function cutOff(step: Step, { logTruncated }: JobResult): StepError | undefined {
  if (!step.stdout || !logTruncated) return undefined;
  const message = `${step.tool} printed more than it may`;
  return { cause: 'output', message, remedy: 'Raise `output` in the tool file and in the policy.' };
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

const notApplicable = (step: Step, reason: string): StepRun => ({
  outcome: outcomeOf(step, { status: 'not-applicable', reason }),
});

const cancelled = (step: Step, files: number, { signal }: StepContext): StepOutcome =>
  outcomeOf(step, { status: 'cancelled', reason: cancelReason(signal), files });

const failed = (step: Step, files: number, error: StepError, parts: Omit<StepRun, 'outcome'>): StepRun => ({
  ...parts,
  outcome: outcomeOf(step, { status: 'error', error, files }),
});
