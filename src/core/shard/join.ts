import { join } from 'node:path';
import { Refusal } from '../lib/errors.js';
import type { Step } from '../plan/plan.js';
import type { StepRun } from '../runtime/context.js';
import type { Handed } from '../runtime/input.js';
import { Unsound } from '../verify/problems.js';
import { OUTCOMES } from './documents.js';
import { joinStep } from './join-step.js';
import { inForm, type OpenShard } from './open.js';
import type { StepPart } from './part.js';
import { partition } from './partition.js';

/**
 * Joins what the shards of a plan, in their order, left of each step; results go below `work`. The division is made again:
 * each shard must tell of the steps and files of its part, of all of them and of no others. Throws `Refusal`.
 */
export async function joinSteps(
  steps: readonly Step[],
  handed: Handed,
  shards: readonly OpenShard[],
  work: string,
): Promise<StepRun[]> {
  const parts = partition(steps, handed, shards.length);
  for (const [i, shard] of shards.entries()) await inForm(shard, OUTCOMES, async () => checkSteps(shard, parts[i]));
  const runs: StepRun[] = [];
  for (const step of steps) {
    const [first, ...others] = shards.flatMap((shard, i) => partOf(step, shard, parts[i]));
    if (first === undefined) throw new Refusal('bundle', [{ message: `no shard has the step ${step.id}` }]);
    runs.push(await joinStep([first, ...others], join(work, step.id)));
  }
  return runs;
}

function checkSteps({ outcomes, folder }: OpenShard, part: Handed = new Map()): void {
  const told = outcomes.map(({ step }) => step);
  if (new Set(told).size !== told.length) throw new Unsound('tells of a step twice');
  const missing = [...part.keys()].find((id) => !told.includes(id));
  if (missing !== undefined) throw new Unsound(`does not tell of ${missing}, which is in its part`);
  const extra = told.find((id) => !part.has(id));
  if (extra !== undefined) throw new Unsound(`tells of ${extra}, which is not in its part`);
  const left = folder.files.find((path) => path.startsWith('steps/') && !part.has(path.split('/')[1] ?? ''));
  if (left !== undefined) throw new Unsound(`does not tell of ${left}`);
}

function partOf(step: Step, shard: OpenShard, part: Handed | undefined): StepPart[] {
  const files = part?.get(step.id);
  const outcome = shard.outcomes.find((candidate) => candidate.step === step.id);
  return files === undefined || outcome === undefined ? [] : [{ shard, step, files, outcome }];
}
