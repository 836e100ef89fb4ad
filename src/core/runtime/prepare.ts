import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { limitsOf } from '../lib/capability.js';
import { digestOf } from '../lib/digest.js';
import { Fault } from '../lib/errors.js';
import type { Job, Mount } from '../lib/sandbox/job.js';
import type { Program, Step } from '../plan/plan.js';
import type { Parts, Prepared, StepContext } from './context.js';
import { type HandedFile, sourceMounts, writeInput } from './input.js';
import { prepareProgram } from './program.js';
import { readableByJobs } from './readable.js';

/** Lays out everything that the step reads and makes its job. Throws `Fault` for a tool that is not what the lock says. */
export async function prepare(
  step: Step,
  files: readonly HandedFile[],
  folder: string,
  context: StepContext,
): Promise<Prepared> {
  const parts = await partsOf(step, step.program, files, folder, context);
  await mkdir(join(folder, 'out'), { recursive: true });
  await readableByJobs(join(folder, 'out'));
  const report = join(folder, step.stdout ? 'printed' : 'out');
  await mkdir(report, { recursive: true });
  const limits = limitsOf(step.capabilities);
  const job: Job = {
    id: step.id,
    substrate: parts.substrate,
    args: parts.args,
    proc: step.proc,
    env: parts.env,
    cwd: parts.cwd,
    goodCodes: [...new Set([...step.exitCodes.clean, ...step.exitCodes.findings])],
    limits: step.stdout ? { ...limits, logBytes: limits.outputBytes } : limits,
    stdout: step.stdout ? join(report, step.report.file) : join(folder, 'stdout.log'),
    stderr: join(folder, 'stderr.log'),
    ...(step.appliesTo.history ? { programs: ['git'] } : {}),
    mounts: [
      ...parts.source,
      ...parts.mounts,
      ...(await historyMount(step, context)),
      { from: join(folder, 'out'), to: '/out', access: 'write' },
    ],
  };
  return { job, source: parts.source, report, unread: parts.unread };
}

/** The copy of the history is for the tool alone: its reader sees the files of the snapshot and no others. */
async function historyMount({ appliesTo }: Step, context: StepContext): Promise<Mount[]> {
  const history = appliesTo.history ? await context.history() : undefined;
  return history !== undefined && 'folder' in history
    ? [{ from: history.folder, to: '/src/history.git', access: 'read', settled: true }]
    : [];
}

function partsOf(
  step: Step,
  program: Program,
  files: readonly HandedFile[],
  folder: string,
  context: StepContext,
): Promise<Parts> {
  return program.from === 'worker'
    ? prepareWorker(step, program.worker, files, folder, context)
    : prepareProgram(step, program, files, folder, context);
}

async function prepareWorker(
  step: Step,
  worker: string,
  files: readonly HandedFile[],
  folder: string,
  context: StepContext,
): Promise<Parts> {
  const entry = context.catalog.lock.workers[worker];
  if (entry === undefined || digestOf(entry) !== step.digest)
    throw new Fault('digest', `${step.tool}: the lock changed since the plan`);
  const tool = await context.workers.folderOf(worker);
  await writeInput(join(folder, 'in'), files, { 'config.json': step.config });
  const packs = Object.keys(step.assets).map(
    (name): Mount => ({ from: context.assets[name] ?? '', to: `/assets/${name}`, access: 'read' }),
  );
  return {
    substrate: 'node',
    args: step.args,
    env: step.env,
    cwd: '/out',
    source: sourceMounts(step, context.snapshot),
    mounts: [
      ...packs,
      { from: tool, to: '/tool', access: 'read', settled: true },
      { from: join(folder, 'in'), to: '/in', access: 'read' },
    ],
    unread: [],
  };
}
