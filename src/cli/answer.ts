import { countOf } from '../core/lib/count.js';
import { printable } from '../core/lib/printable.js';
import type { Unread } from '../core/lib/unread.js';
import type { StepOutcome } from '../core/runtime/outcome.js';
import type { ScanResult } from '../core/scan.js';
import { total } from '../core/verdict/tally.js';

/**
 * One part of what a person is told of a scan, the same for a terminal and for Markdown. Cells are one line each and
 * safe for a terminal; Markdown escapes them once more.
 */
export interface Part {
  title: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  /** A cell that a terminal shows in red. */
  loud?: string;
}

/** Most rows of a list that may be long; the bundle has them all. */
export const TOP = 10;
const MAX_REASONS = 20;

type Evidence = ScanResult['evidence'];

/** What comes after the findings: all that a reader of the findings alone would not know. */
export const gapParts = (evidence: Evidence): Part[] =>
  [notRun(evidence), leftOut(evidence), edits(evidence), exceptions(evidence)].filter(hasRows);

const hasRows = ({ rows }: Part): boolean => rows.length > 0;

/** Why the verdict is none of pass, and what to do about it; `more` are in policy-result.json. */
export function reasonsOf({ verdict: { reasons } }: Evidence): { told: [why: string, remedy: string][]; more: number } {
  const told = reasons
    .slice(0, MAX_REASONS)
    .map(({ message, remedy }): [string, string] => [printable(message, 300), printable(remedy, 300)]);
  return { told, more: reasons.length - told.length };
}

export const moreReasons = (more: number): string => `… and ${countOf(more, 'more reason')} in policy-result.json`;

/** What comes before the findings. */
export function budgets({ verdict }: Evidence): Part {
  const shown = verdict.budgets.filter((row) => row.scope === 'overall' || row.count > 0 || row.limit !== null);
  const rows = shown.map((row) => [
    row.scope === 'overall' || row.scope === 'review' ? row.name : `${row.scope} ${row.name}`,
    row.severity === 'review' ? '' : row.severity,
    String(row.count),
    row.limit === null ? 'no limit' : `of ${row.limit}`,
    row.exceeded ? EXCEEDED : '',
  ]);
  return { title: 'Budgets', columns: ['budget', 'severity', 'count', 'allowed', ''], rows, loud: EXCEEDED };
}

const EXCEEDED = 'exceeded';

/** How the findings of the evidence add up to those of the budgets; nothing where each is one of a budget. */
function counted({ tally }: Evidence): string[][] {
  const inBudgets = total(tally.overall);
  const apart = tally.reviewNotes + tally.waived + tally.suppressedInSource + tally.known;
  const others = [
    [tally.findings - apart - inBudgets, 'the same flaw told by another tool, or without a severity'],
    [tally.waived, 'waived'],
    [tally.suppressedInSource, 'suppressed in the source'],
    [tally.known, 'known to the baseline'],
  ] as const;
  const notes = tally.reviewNotes > 0 ? [countOf(tally.reviewNotes, 'review note')] : [];
  const why = [...notes, ...others.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)];
  return why.length === 0 ? [] : [['budgets', `count ${inBudgets} of ${tally.findings} findings (${why.join('; ')})`]];
}

function notRun({ outcomes }: Evidence): Part {
  const silent = outcomes.filter(({ status }) => status !== 'clean' && status !== 'findings');
  const rows = silent.map((outcome) => [outcome.step, outcome.status, whyOf(outcome)]);
  return {
    title: 'Did not run',
    columns: ['tool', 'outcome', 'why'],
    rows: rows.map((row) => row.map((cell) => printable(cell, 200))),
  };
}

const whyOf = ({ error, reason }: StepOutcome): string => error?.message ?? reason ?? '';

/** What no tool saw, or what the policy let pass unseen: a short answer must not hide it. */
function leftOut(evidence: Evidence): Part {
  const { coverage, snapshot, verdict, outcomes } = evidence;
  const rows = [
    ...counted(evidence),
    ['code scanners', `given ${coverage.givenToCodeScanners} of ${countOf(coverage.files, 'file')}`],
    ...snapshot.excluded.map(({ rule, count }) => [printable(rule, 80), `${countOf(count, 'path')} excluded`]),
    ...(snapshot.ignored > 0 ? [['.gitignore', `${countOf(snapshot.ignored, 'untracked path')} ignored`]] : []),
    ...(verdict.accepted > 0 ? [['policy', `${countOf(verdict.accepted, 'gap')} accepted (incomplete.accept)`]] : []),
    ...notJudged('snapshot', snapshot.unread),
    ...outcomes.flatMap(({ step, unread }) => notJudged(step, unread)),
  ];
  return { title: 'Left out', columns: ['by', 'what'], rows };
}

/** A row for each reason; with the words of the tool where they are the same for all. */
function notJudged(by: string, unread: readonly Unread[]): string[][] {
  return [...new Set(unread.map(({ reason }) => reason))].map((reason) => {
    const group = unread.filter((one) => one.reason === reason);
    const [detail = '', ...others] = new Set(group.map((one) => one.detail));
    const why = others.length === 0 ? `${reason}: ${detail}` : reason;
    return [by, printable(`${countOf(group.length, 'file')} not judged (${why})`, 200)];
  });
}

/** Edits that somebody should look at. */
function edits({ baseline }: Evidence): Part {
  const all = baseline?.edits ?? [];
  const rows = all
    .slice(0, TOP)
    .map(({ path, change, decision, rule }) => [decision, change, printable(path, 200), printable(rule, 200)]);
  return {
    title: `Edits for review (${rows.length} of ${all.length})`,
    columns: ['decision', 'change', 'path', 'rule'],
    rows,
  };
}

/** Exceptions, and those that somebody should renew or remove. */
function exceptions({ waivers, tally }: Evidence): Part {
  const rows = (waivers?.states ?? []).map(({ id, state, findings, expires, owner }) => [
    id,
    state,
    countOf(findings, 'finding'),
    `expires ${expires}`,
    printable(owner, 100),
  ]);
  const inSource = tally.suppressedInSource;
  if (inSource > 0) rows.push(['in the source', 'suppressed', countOf(inSource, 'finding'), '', '']);
  return { title: 'Exceptions', columns: ['waiver', 'state', 'findings', 'expires', 'owner'], rows };
}
