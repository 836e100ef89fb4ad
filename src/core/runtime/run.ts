import { availableParallelism, freemem } from 'node:os';
import type { Plan, Step } from '../plan/plan.js';
import type { StepContext, StepRun } from './context.js';
import type { Handed } from './input.js';
import type { StepOutcome } from './outcome.js';
import { runStep } from './step.js';

/** What a run tells those who watch it. */
export type StepEvent =
  | { step: string; state: 'queued' | 'running' | 'reading' }
  | { step: string; state: 'done'; outcome: StepOutcome };

export interface RunOptions extends Omit<StepContext, 'onState'> {
  /** Steps at one time; default: as many as there are processors. */
  jobs?: number;
  onStep: (event: StepEvent) => void;
}

/** Share of the free memory that running steps may claim together. */
const MEMORY_SHARE = 0.9;

/**
 * Runs the steps of the plan that files were handed out to (perhaps none), in parallel within processors and memory: a shard
 * of a scan has some of them. The result is in the order of the plan; a step that did not run has no outcome.
 * When one step throws (a full disk, say), the others are ended before this throws: nothing outlives its run.
 */
export async function runPlan(plan: Plan, options: RunOptions): Promise<StepRun[]> {
  const queue = byCost(
    plan.steps.filter(({ id }) => options.handed.has(id)),
    options.handed,
  );
  const results = new Map<string, StepRun>();
  const free = slots(options.jobs ?? availableParallelism(), freemem() * MEMORY_SHARE);
  const broken = new AbortController();
  const signal = AbortSignal.any([options.signal, broken.signal]);
  for (const step of queue) options.onStep({ step: step.id, state: 'queued' });
  const work = async (step: Step) => {
    broken.signal.throwIfAborted();
    const onState = (state: 'running' | 'reading') => options.onStep({ step: step.id, state });
    const run = await runStep(step, { ...options, signal, onState });
    results.set(step.id, run);
    options.onStep({ step: step.id, state: 'done', outcome: run.outcome });
  };
  const stop = (error: unknown) => broken.abort(error);
  await Promise.all(queue.map((step) => free(step.capabilities.memory, () => work(step)).catch(stop)));
  broken.signal.throwIfAborted();
  return [...plan.steps.map((step) => results.get(step.id)), ...skippedTools(plan)].filter((run) => run !== undefined);
}

/** The longest step first, so that it does not begin when the others are done. */
function byCost(steps: readonly Step[], handed: Handed): Step[] {
  const sizeOf = ({ id }: Step) => handed.get(id)?.reduce((sum, file) => sum + file.size, 0) ?? 0;
  const cost = new Map(steps.map((step) => [step, step.cost * sizeOf(step)]));
  return [...steps].sort((a, b) => (cost.get(b) ?? 0) - (cost.get(a) ?? 0));
}

/** Lets work in, in order, while both a place and its memory are free; alone it is always let in. */
function slots(places: number, memory: number) {
  const waiting: { bytes: number; start: () => void }[] = [];
  let [running, used] = [0, 0];
  const admit = () => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (running > 0 && (running >= places || used + next.bytes > memory)) return;
      waiting.shift();
      running += 1;
      used += next.bytes;
      next.start();
    }
  };
  return async (bytes: number, work: () => Promise<void>): Promise<void> => {
    await new Promise<void>((start) => {
      waiting.push({ bytes, start });
      admit();
    });
    try {
      await work();
    } finally {
      running -= 1;
      used -= bytes;
      admit();
    }
  };
}

/** Tools that somebody took out of the plan are named in the evidence beside those that ran. */
export function skippedTools(plan: Plan): StepRun[] {
  return plan.decisions
    .filter((decision) => !decision.included)
    .map(({ tool, category, by, reason }) => ({
      outcome: {
        step: tool,
        tool,
        category,
        status: 'skipped' as const,
        error: null,
        reason: `${by}: ${reason}`,
        files: 0,
        findings: 0,
        suppressed: 0,
        unread: [],
      },
    }));
}
