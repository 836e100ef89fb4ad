import { join } from 'node:path';
import type { z } from 'zod';
import { Refusal } from '../lib/errors.js';
import type { Plan } from '../plan/plan.js';
import type { StepOutcome } from '../runtime/outcome.js';
import type { SnapshotEntry } from '../source/snapshot.js';
import { readAuditLog } from '../verify/audit-log.js';
import { readCanonical } from '../verify/document.js';
import { problemList, Unsound } from '../verify/problems.js';
import { planSchema } from '../verify/schemas.js';
import {
  FILES,
  INDEX,
  OUTCOMES,
  outcomesSchema,
  PLAN,
  RUN,
  runSchema,
  type ShardSource,
  SOURCE,
  sourceSchema,
} from './documents.js';
import { readFileList } from './file-list.js';
import { isSystemError, type TakenShard } from './take.js';

/** A shard whose documents are in form. What they say is its claim. */
export interface OpenShard extends TakenShard {
  outcomes: readonly StepOutcome[];
  run: z.output<typeof runSchema>;
}

/** Reads the documents of a shard. Throws `Refusal` for what is not in form. */
export async function openShard(taken: TakenShard): Promise<OpenShard> {
  const { folder, index } = taken;
  await inForm(taken, INDEX, async () => {
    const plan = index.files.find(({ path }) => path === PLAN);
    if (plan?.sha256 !== index.plan) throw new Unsound('is of another plan than plan.json');
  });
  const { steps } = await inForm(taken, OUTCOMES, () => readCanonical(folder, OUTCOMES, outcomesSchema));
  const run = await inForm(taken, RUN, () => readRun(taken));
  await inForm(taken, `runs/${run.run}/audit.jsonl`, () => checkAudit(taken, run));
  return { ...taken, outcomes: steps, run };
}

async function readRun({ folder }: TakenShard): Promise<OpenShard['run']> {
  const run = await readCanonical(folder, RUN, runSchema);
  const strange = folder.files.find((path) => path.startsWith('runs/') && !path.startsWith(`runs/${run.run}/`));
  if (strange !== undefined) throw new Unsound(`is of another run than ${strange}`);
  if (run.finished < run.started) throw new Unsound('ended before it started');
  return run;
}

async function checkAudit({ folder }: TakenShard, { run, audit }: OpenShard['run']): Promise<void> {
  const { head, entries } = await readAuditLog(folder, `runs/${run}/audit.jsonl`, run);
  if (head !== audit.head || entries !== audit.entries) throw new Unsound('does not end where run.json says');
}

/** The plan that a shard was made by; for words on what is another one, it decides nothing. Throws `Refusal`. */
export const readPlan = (shard: TakenShard): Promise<Plan> =>
  inForm(shard, PLAN, () => readCanonical(shard.folder, PLAN, planSchema));

/** The source as one shard tells of it. Throws `Refusal`. */
export async function readSource(shard: TakenShard, most: number): Promise<ShardSource & { entries: SnapshotEntry[] }> {
  const told = await inForm(shard, SOURCE, () => readCanonical(shard.folder, SOURCE, sourceSchema));
  const entries = await inForm(shard, FILES, () => readFileList(join(shard.folder.root, FILES), most));
  if (entries.length !== told.source.files)
    throw notInForm(shard, FILES, `has ${entries.length} files, ${SOURCE} says ${told.source.files}`);
  return { ...told, entries };
}

/** Runs one check of a shard's file; whatever it throws means that the file does not hold, but for what the system refuses. */
export async function inForm<T>(shard: TakenShard, file: string, check: () => Promise<T>): Promise<T> {
  const problems = problemList();
  try {
    return await check();
  } catch (error) {
    if (error instanceof Refusal || isSystemError(error)) throw error;
    await problems.attempt(file, () => Promise.reject(error));
    throw notInForm(shard, file, problems.all()[0]?.reason ?? '');
  }
}

const notInForm = ({ path }: TakenShard, file: string, message: string): Refusal =>
  new Refusal('bundle', [{ file: `${path}/${file}`, message }]);
