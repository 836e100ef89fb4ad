import { countOf } from '../lib/count.js';
import { globMatcher } from '../lib/paths.js';
import { printable } from '../lib/printable.js';
import { SEVERITIES, type Severity, type Thresholds } from '../lib/severity.js';
import type { Unread, UnreadReason } from '../lib/unread.js';
import type { Budgets, Plan } from '../plan/plan.js';
import type { Acceptance } from '../policy/policy.js';
import type { StepOutcome, StepStatus } from '../runtime/outcome.js';
import type { WaiverState } from '../waivers/uses.js';
import type { Edit } from './edits.js';
import { type Counts, noCounts, type Tally } from './tally.js';
import { unreadRemedy } from './unread-remedy.js';

/** One line of the budget table. `limit` is null when there is none. */
export interface BudgetRow {
  scope: 'overall' | 'category' | 'tool' | 'review';
  name: string;
  severity: Severity | 'review';
  count: number;
  limit: number | null;
  exceeded: boolean;
}

export interface Reason {
  kind: 'step' | 'cancelled' | 'unread' | 'budget' | 'edit' | 'waiver';
  message: string;
  remedy: string;
}

/** The answer. `error` outweighs `fail`: counts of an incomplete run are no counts. */
export interface Verdict {
  verdict: 'pass' | 'fail' | 'error';
  reasons: readonly Reason[];
  budgets: readonly BudgetRow[];
  /** Files that were not judged and that no acceptance of the policy covers. */
  unaccepted: number;
  accepted: number;
}

/**
 * Measures a run: steps that did not run, files that were not judged, budgets that are exceeded. `cancelled` says why a run
 * was ended that no step tells of, since all of them were over.
 */
export function judge(
  plan: Plan,
  outcomes: readonly StepOutcome[],
  unread: readonly Unread[],
  tally: Tally,
  baseline: Compared = { steps: [], edits: [] },
  waivers: readonly WaiverState[] = [],
  cancelled?: string,
): Verdict {
  const gaps = openGaps(plan.incomplete.accept, outcomes, unread);
  const budgets = budgetRows(plan.budgets, tally);
  const incomplete = plan.incomplete.unread === 'error' ? unreadReasons(gaps.open) : [];
  const errors = [
    ...cancelReasons(cancelled),
    ...outcomes.flatMap(stepReason),
    ...missingSteps(plan, outcomes),
    ...nothingJudged(outcomes),
    ...baseline.steps.flatMap(baselineReason),
    ...incomplete,
  ];
  const exceeded = [
    ...budgets.filter((row) => row.exceeded).map(budgetReason),
    ...editReasons(baseline.edits),
    ...waivers.flatMap((waiver) => waiverReason(waiver, plan.exceptions.maxFindings)),
  ];
  return {
    verdict: errors.length > 0 ? 'error' : exceeded.length > 0 ? 'fail' : 'pass',
    reasons: [...errors, ...exceeded],
    budgets,
    unaccepted: gaps.open.length,
    accepted: gaps.accepted,
  };
}

const cancelReasons = (cancelled: string | undefined): Reason[] =>
  cancelled === undefined ? [] : [{ kind: 'cancelled', message: cancelled, remedy: 'Run again.' }];

function stepReason(outcome: StepOutcome): Reason[] {
  switch (outcome.status) {
    case 'clean':
    case 'findings':
    case 'not-applicable':
    case 'skipped':
      return [];
    case 'cancelled':
      return [
        { kind: 'cancelled', message: `${outcome.step}: ${outcome.reason ?? 'cancelled'}`, remedy: 'Run again.' },
      ];
    case 'error': {
      const { message, remedy } = outcome.error ?? { message: `${outcome.step} failed`, remedy: 'Run again.' };
      return [{ kind: 'step', message, remedy }];
    }
  }
}

/** A planned step without an outcome must not pass for a clean one. */
function missingSteps(plan: Plan, outcomes: readonly StepOutcome[]): Reason[] {
  const known = new Set(outcomes.map((outcome) => outcome.step));
  return plan.steps
    .filter((step) => !known.has(step.id))
    .map((step) => ({ kind: 'step', message: `${step.id} has no outcome`, remedy: 'Run again.' }));
}

/** Tools that found nothing to look at say nothing about the source; their silence is no pass. */
function nothingJudged(outcomes: readonly StepOutcome[]): Reason[] {
  // Review notes are about the rules, not about the source.
  const judging = outcomes.filter(({ category }) => category !== 'review');
  if (!judging.every(judgedNothing)) return [];
  const remedy = 'Choose a profile whose tools know the languages of the source.';
  return [{ kind: 'step', message: 'no tool applies to any file of the source', remedy }];
}

/** It knows none of the files, or each that it was given is of a form that it does not read. */
function judgedNothing({ status, files, unread }: StepOutcome): boolean {
  if (status === 'not-applicable' || status === 'skipped') return true;
  const foreign = unread.filter(({ reason }) => reason === 'unsupported').map(({ path }) => path);
  return status === 'clean' && files > 0 && new Set(foreign).size >= files;
}

/** What a comparison with a baseline found besides findings. */
export interface Compared {
  steps: readonly { step: string; status: StepStatus }[];
  edits: readonly Edit[];
}

function editReasons(edits: readonly Edit[]): Reason[] {
  const denied = edits.filter(({ decision }) => decision === 'denied');
  if (denied.length === 0) return [];
  const message = `${countOf(denied.length, 'edit')} denied by the policy, first ${denied[0]?.path} (rule ${denied[0]?.rule})`;
  return [{ kind: 'edit', message, remedy: 'Take the edits back, or change the rule under `paths.editDeny`.' }];
}

/** A waiver is an answer to findings that somebody looked at; one that covers many more was not meant for them. */
function waiverReason({ id, state, findings }: WaiverState, most: number): Reason[] {
  if (state !== 'over-broad') return [];
  const message = `waiver ${id} covers ${findings} findings, ${most} are allowed`;
  return [{ kind: 'waiver', message, remedy: 'Narrow the waiver, or change `waivers.maxFindings` in the policy.' }];
}

/** What a step that failed on the baseline would have known is unknown: the comparison proves nothing. */
function baselineReason({ step, status }: { step: string; status: StepStatus }): Reason[] {
  if (status !== 'error' && status !== 'cancelled') return [];
  return [
    { kind: 'step', message: `${step}: ${status} on the baseline`, remedy: 'Run again, or choose another baseline.' },
  ];
}

type Gap = Unread & { by: string };

function openGaps(accept: readonly Acceptance[], outcomes: readonly StepOutcome[], unread: readonly Unread[]) {
  const all: Gap[] = [
    ...unread.map((entry) => ({ ...entry, by: 'snapshot' })),
    ...outcomes.flatMap((outcome) => outcome.unread.map((entry) => ({ ...entry, by: outcome.tool }))),
  ];
  const rules = accept.map(matcher);
  const open = all.filter((gap) => !rules.some((accepts) => accepts(gap)));
  return { open, accepted: all.length - open.length };
}

function matcher({ reasons, tools, paths }: Acceptance): (gap: Gap) => boolean {
  const matchesPath = paths ? globMatcher(paths) : () => true;
  return (gap) => (reasons?.includes(gap.reason) ?? true) && (tools?.includes(gap.by) ?? true) && matchesPath(gap.path);
}

function unreadReasons(open: readonly Gap[]): Reason[] {
  const groups = new Map<string, Gap[]>();
  for (const gap of open) {
    const key = `${gap.by}\0${gap.reason}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [gap]);
    else group.push(gap);
  }
  return [...groups.values()].flatMap(unreadReason);
}

/** Packs that one reason names: a tool of the operator may tell of any number. */
const NAMED_PACKS = 5;
const MAX_WHY = 200;

function unreadReason(group: Gap[]): Reason[] {
  const [first] = group;
  if (first === undefined) return [];
  const message = `${first.by}: ${countOf(group.length, 'file')} not judged (${first.reason}), first ${first.path}`;
  const why = whyOf(first.reason, [...new Set(group.map(({ detail }) => detail))]);
  return [{ kind: 'unread', message: why === '' ? message : `${message}: ${why}`, remedy: unreadRemedy(first.reason) }];
}

/** The words of the tool, where they are the same for all files; of packs, which are missing. */
function whyOf(reason: UnreadReason, details: readonly string[]): string {
  if (reason !== 'no-advisories') return details.length === 1 ? printable(details[0] ?? '', MAX_WHY) : '';
  const others = details.length > NAMED_PACKS ? ` and ${details.length - NAMED_PACKS} more` : '';
  return `${details.slice(0, NAMED_PACKS).join(', ')}${others}`;
}

function budgetRows(budgets: Budgets, tally: Tally): BudgetRow[] {
  const review = budgets.reviewNotes;
  return [
    ...rows('overall', 'overall', tally.overall, budgets.overall),
    ...Object.entries(budgets.categories).flatMap(([name, limits]) =>
      rows('category', name, tally.categories[name], limits),
    ),
    ...Object.entries(budgets.tools).flatMap(([name, limits]) => rows('tool', name, tally.tools[name], limits)),
    {
      scope: 'review',
      name: 'review notes',
      severity: 'review',
      count: tally.reviewNotes,
      limit: review,
      exceeded: review !== null && tally.reviewNotes > review,
    },
  ];
}

function rows(
  scope: BudgetRow['scope'],
  name: string,
  counts: Counts = noCounts(),
  limits: Thresholds = {},
): BudgetRow[] {
  return SEVERITIES.map((severity) => {
    const limit = limits[severity] ?? null;
    const count = counts[severity];
    return { scope, name, severity, count, limit, exceeded: limit !== null && count > limit };
  });
}

function budgetReason(row: BudgetRow): Reason {
  const what = row.severity === 'review' ? 'review note' : `${row.severity} finding`;
  const where = row.scope === 'overall' || row.scope === 'review' ? '' : ` of ${row.scope} ${row.name}`;
  return {
    kind: 'budget',
    message: `${countOf(row.count, what)}${where}, ${row.limit} allowed`,
    remedy: 'Mend the findings, or change the budget.',
  };
}
