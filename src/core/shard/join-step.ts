import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../bundle/staging.js';
import { componentSchema } from '../findings/component.js';
import { type Rule, ruleSchema } from '../findings/finding.js';
import { type FindingBatches, mergeFindings } from '../findings/merge.js';
import { canonicalJson } from '../lib/canonical.js';
import { readJsonLines } from '../lib/plain-file.js';
import type { ReportFormat } from '../lib/report-format.js';
import type { StepRun } from '../runtime/context.js';
import { Unsound } from '../verify/problems.js';
import { COMPONENTS, FINDINGS, NATIVE, OUTCOMES, RULES } from './documents.js';
import { joinOutcomes } from './join-outcomes.js';
import { inForm } from './open.js';
import { checkOutcome, fileOf, findingsOf, has, placeOf, type StepPart } from './part.js';

/**
 * Joins the parts of a step (at least one, in the order of the shards) into what one run over all its files leaves, in the
 * folder `to`. A few findings of each part are in memory at a time. Throws `Refusal` for a part that does not hold.
 */
export async function joinStep(parts: readonly [StepPart, ...StepPart[]], to: string): Promise<StepRun> {
  for (const part of parts) await inForm(part.shard, OUTCOMES, async () => checkOutcome(part));
  const [first, ...others] = parts;
  const outcome = joinOutcomes([first.outcome, ...others.map((part) => part.outcome)]);
  if (outcome.status !== 'clean' && outcome.status !== 'findings') return { outcome };
  await mkdir(to, { recursive: true });
  const rules = await joinRules(parts, join(to, RULES));
  const sources = parts.map((part, i) => findingsOf(part, rules[i] ?? new Set()));
  await writeDurably(join(to, FINDINGS), findingLines(sources));
  for (const part of parts) await copyRest(part, others.length > 0, to);
  return { outcome, results: to };
}

/** Writes the rules of all parts, sorted; returns the ids of each. */
async function joinRules(parts: readonly StepPart[], to: string): Promise<ReadonlySet<string>[]> {
  const all = new Map<string, Rule>();
  const own: ReadonlySet<string>[] = [];
  for (const part of parts) own.push(await inForm(part.shard, fileOf(part, RULES), () => addRules(part, all)));
  const sorted = [...all.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  await writeFile(to, sorted.map((rule) => `${JSON.stringify(rule)}\n`).join(''));
  return own;
}

/** Two parts of one tool cannot say different things of a rule. */
async function addRules(part: StepPart, all: Map<string, Rule>): Promise<ReadonlySet<string>> {
  const own = new Set<string>();
  for await (const value of readJsonLines(placeOf(part, RULES))) {
    const rule = ruleSchema.parse(value);
    const known = all.get(rule.id);
    if (known !== undefined && canonicalJson(known) !== canonicalJson(rule))
      throw new Unsound(`says other things of rule ${rule.id} than another shard`);
    all.set(rule.id, rule);
    own.add(rule.id);
  }
  return own;
}

async function* findingLines(sources: readonly FindingBatches[]): AsyncGenerator<string> {
  for await (const findings of mergeFindings(sources))
    yield findings.map((finding) => `${JSON.stringify(finding)}\n`).join('');
}

/** Formats that are ours or a standard's; of every other one the reader keeps the tool's own report. */
const WITHOUT_NATIVE: readonly ReportFormat[] = ['findings-jsonl', 'sarif'];

/** Components and a report of the tool's own: a step that is divided has neither. */
async function copyRest(part: StepPart, divided: boolean, to: string): Promise<void> {
  const isNative = !WITHOUT_NATIVE.includes(part.step.report.format);
  await inForm(part.shard, fileOf(part, COMPONENTS), async () => {
    for await (const value of readJsonLines(placeOf(part, COMPONENTS))) {
      componentSchema.parse(value);
      if (divided) throw new Unsound('is not empty, and the step is divided');
    }
    if (has(part, NATIVE) !== isNative) throw new Unsound(`has ${isNative ? 'no' : 'a'} ${NATIVE} beside it`);
  });
  if (divided) return;
  await copyFile(placeOf(part, COMPONENTS), join(to, COMPONENTS));
  if (isNative) await copyFile(placeOf(part, NATIVE), join(to, NATIVE));
}
