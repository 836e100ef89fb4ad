import { join } from 'node:path';
import { compareFindings, type Finding, findingSchema } from '../findings/finding.js';
import { readJsonBatches } from '../lib/plain-file.js';
import type { Step } from '../plan/plan.js';
import type { HandedFile } from '../runtime/input.js';
import type { StepOutcome } from '../runtime/outcome.js';
import { Unsound } from '../verify/problems.js';
import { FINDINGS } from './documents.js';
import { inForm, type OpenShard } from './open.js';

/** One shard's part of a step. */
export interface StepPart {
  shard: OpenShard;
  step: Step;
  /** The files that the plan gives it there. */
  files: readonly HandedFile[];
  outcome: StepOutcome;
}

/** A file that the step left, by its path in the shard. */
export const fileOf = ({ step }: StepPart, name: string): string => `steps/${step.id}/${name}`;
export const has = (part: StepPart, name: string): boolean => part.shard.folder.files.includes(fileOf(part, name));
export const placeOf = (part: StepPart, name: string): string => join(part.shard.folder.root, fileOf(part, name));

/** What a shard claims of a step must be about that step and its files of this part. Throws `Unsound`. */
export function checkOutcome(part: StepPart): void {
  const { step, outcome, files } = part;
  const { status, findings } = outcome;
  if (outcome.tool !== step.tool || outcome.category !== step.category) throw new Unsound(`${step.id}: another tool`);
  if (status === 'skipped') throw new Unsound(`${step.id} was skipped, and the plan has it`);
  if (status === 'not-applicable' && files.length > 0 && !step.appliesTo.history)
    throw new Unsound(`${step.id} has files that it applies to`);
  if (outcome.files !== files.length && status !== 'not-applicable')
    throw new Unsound(`${step.id} was given ${outcome.files} files, its part has ${files.length}`);
  if ((status === 'error') !== (outcome.error !== null)) throw new Unsound(`${step.id} is ${status}, and has an error`);
  const judged = status === 'clean' || status === 'findings';
  if (judged !== has(part, FINDINGS)) throw new Unsound(`${step.id} is ${status}, and its findings do not say so`);
  if ((status === 'findings') !== findings > 0) throw new Unsound(`${step.id} is ${status} with ${findings} findings`);
  const known = new Set(files.map(({ path }) => path));
  if (outcome.unread.some(({ path }) => !known.has(path)))
    throw new Unsound(`${step.id} names a file that its part does not have`);
}

/** The findings of a part, each checked as those of a reader are. Throws `Refusal`. */
export async function* findingsOf(part: StepPart, rules: ReadonlySet<string>): AsyncGenerator<readonly Finding[]> {
  try {
    yield* checkedFindings(part, rules);
  } catch (error) {
    await inForm(part.shard, fileOf(part, FINDINGS), () => Promise.reject(error));
  }
}

async function* checkedFindings(part: StepPart, rules: ReadonlySet<string>): AsyncGenerator<readonly Finding[]> {
  const { step, outcome } = part;
  const known = new Set(part.files.map(({ path }) => path));
  let previous: Finding | undefined;
  let [found, suppressed] = [0, 0];
  const checked = (value: unknown): Finding => {
    const finding = findingSchema.parse(value);
    if (previous !== undefined && compareFindings(previous, finding) > 0) throw new Unsound('is not in order');
    if (finding.tool !== step.tool || finding.category !== step.category) throw new Unsound('is of another tool');
    if (!rules.has(finding.rule)) throw new Unsound('has a finding of an unknown rule');
    if (finding.commit === undefined && !known.has(finding.path))
      throw new Unsound('has a finding in a file that its part does not have');
    previous = finding;
    return finding;
  };
  for await (const values of readJsonBatches(placeOf(part, FINDINGS))) {
    const findings = values.map(checked);
    found += findings.length;
    suppressed += findings.filter((finding) => finding.suppressed).length;
    yield findings;
  }
  if (found !== outcome.findings || suppressed !== outcome.suppressed)
    throw new Unsound(`has ${found} findings (${suppressed} suppressed), not as many as its outcome`);
}
