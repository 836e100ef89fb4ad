import { join } from 'node:path';
import type { Finding } from '../core/findings/finding.js';
import { readFindings } from '../core/findings/merge.js';
import { printable } from '../core/lib/printable.js';
import { severityRank } from '../core/lib/severity.js';
import type { StepOutcome } from '../core/runtime/outcome.js';
import type { ScanResult } from '../core/scan.js';
import type { BudgetRow, Verdict } from '../core/verdict/judge.js';
import { type Paint, table } from './style.js';

const TOP = 10;

/** The most severe findings that count, in file order within a severity. */
export async function topFindings(
  { bundle, exempt }: Pick<ScanResult, 'bundle' | 'exempt'>,
  count = TOP,
): Promise<Finding[]> {
  const top: Finding[] = [];
  const consider = (finding: Finding) => {
    const last = top.at(-1);
    if (
      finding.kind === 'review' ||
      exempt?.(finding) !== undefined ||
      (top.length >= count && last && severityRank(finding.severity) <= severityRank(last.severity))
    )
      return;
    const at = top.findIndex((other) => severityRank(other.severity) < severityRank(finding.severity));
    top.splice(at === -1 ? top.length : at, 0, finding);
    if (top.length > count) top.pop();
  };
  for await (const findings of readFindings(join(bundle.folder, 'findings.jsonl'))) findings.forEach(consider);
  return top;
}

/** The final screen: the answer first, then budgets, the worst findings, what did not run, and where the bundle is. */
export function finalScreen(result: ScanResult, top: readonly Finding[], paint: Paint): string {
  const { evidence, bundle } = result;
  const { verdict, outcomes, tally } = evidence;
  const sections = [
    headline(verdict, paint),
    ['Budgets', ...budgetTable(verdict.budgets, paint)],
    top.length > 0
      ? [
          `Findings (${top.length} most severe of ${tally.findings})`,
          ...top.map((finding) => findingLine(finding, paint)),
        ]
      : [],
    notRun(outcomes),
    leftOut(evidence),
    edited(evidence),
    waived(evidence),
    [`Bundle: ${bundle.folder}${howWords(bundle.how)}`],
  ];
  const shown = sections.filter((section) => section.length > 0);
  return `${shown.map((section) => section.join('\n')).join('\n\n')}\n`;
}

const COLOURS = { pass: 'green', fail: 'red', error: 'magenta' } as const;

function headline({ verdict, reasons }: Verdict, paint: Paint): string[] {
  const head = paint(['bold', COLOURS[verdict]], `Verdict: ${verdict}`);
  const lines = reasons
    .slice(0, 20)
    .map(({ message, remedy }) => `  ${printable(message, 300)}\n      ${paint('dim', printable(remedy, 300))}`);
  const more =
    reasons.length > lines.length
      ? [`  … and ${reasons.length - lines.length} more reasons in policy-result.json`]
      : [];
  return [head, ...lines, ...more];
}

function budgetTable(budgets: readonly BudgetRow[], paint: Paint): string[] {
  const shown = budgets.filter((row) => row.scope === 'overall' || row.count > 0 || row.limit !== null);
  return table(
    shown.map((row) => [
      `  ${row.scope === 'overall' || row.scope === 'review' ? row.name : `${row.scope} ${row.name}`}`,
      row.severity === 'review' ? '' : row.severity,
      String(row.count),
      row.limit === null ? 'no limit' : `of ${row.limit}`,
      row.exceeded ? paint('red', 'exceeded') : '',
    ]),
  );
}

export function findingLine(finding: Finding, paint: Paint): string {
  const place = `${printable(finding.path, 200)}:${finding.startLine}`;
  const rule = `${finding.tool} ${finding.rule}${finding.cwe.length > 0 ? ` ${finding.cwe.join(' ')}` : ''}`;
  return `  ${paint('bold', finding.severity.padEnd(8))} ${place}  ${printable(rule, 100)}\n           ${printable(finding.message, 160)}`;
}

function notRun(outcomes: readonly StepOutcome[]): string[] {
  const silent = outcomes.filter(({ status }) => status !== 'clean' && status !== 'findings');
  if (silent.length === 0) return [];
  const rows = silent.map(({ step, status, reason, error }) => [
    `  ${step}`,
    status,
    printable(error?.message ?? reason ?? '', 200),
  ]);
  return ['Did not run', ...table(rows)];
}

/** What no tool saw, or what the policy let pass unseen: a short answer must not hide it. */
function leftOut({ coverage, snapshot, verdict, outcomes }: ScanResult['evidence']): string[] {
  const { files, givenToCodeScanners } = coverage;
  const rows = [
    ['  code scanners', `given ${givenToCodeScanners} of ${files} files`],
    ...snapshot.excluded.map(({ rule, count }) => [`  ${printable(rule, 80)}`, `${count} paths excluded`]),
    ...(snapshot.ignored > 0 ? [['  .gitignore', `${snapshot.ignored} untracked paths ignored`]] : []),
    ...(verdict.accepted > 0 ? [['  policy', `${verdict.accepted} gaps accepted (incomplete.accept)`]] : []),
    ...outcomes
      .filter(({ unread }) => unread.length > 0)
      .map(({ step, unread }) => [`  ${step}`, `${unread.length} files not judged`]),
  ];
  return ['Left out', ...table(rows)];
}

/** Edits that somebody should look at. */
function edited({ baseline }: ScanResult['evidence']): string[] {
  const edits = baseline?.edits ?? [];
  const rows = edits
    .slice(0, TOP)
    .map(({ path, change, decision, rule }) => [`  ${decision}`, change, printable(path, 200), rule]);
  return rows.length > 0 ? [`Edits for review (${rows.length} of ${edits.length})`, ...table(rows)] : [];
}

/** Exceptions, and those that somebody should renew or remove. */
function waived({ waivers, tally }: ScanResult['evidence']): string[] {
  const rows = (waivers?.states ?? []).map(({ id, state, findings, expires, owner }) => [
    `  ${id}`,
    state,
    `${findings} ${findings === 1 ? 'finding' : 'findings'}`,
    `expires ${expires}`,
    printable(owner, 100),
  ]);
  const inSource = tally.suppressedInSource;
  if (inSource > 0)
    rows.push(['  in the source', 'suppressed', `${inSource} ${inSource === 1 ? 'finding' : 'findings'}`]);
  return rows.length > 0 ? ['Exceptions', ...table(rows)] : [];
}

function howWords(how: ScanResult['bundle']['how']): string {
  switch (how) {
    case 'created':
      return '';
    case 'added':
      return ' (the same evidence as before; a run record was added)';
    case 'replaced':
      return ' (replaced)';
    case 'renamed':
      return ' (renamed: other evidence stands under the wanted name)';
  }
}
