import { join } from 'node:path';
import type { Finding } from '../core/findings/finding.js';
import { readFindings } from '../core/findings/merge.js';
import { printable } from '../core/lib/printable.js';
import { severityRank } from '../core/lib/severity.js';
import type { ScanResult } from '../core/scan.js';
import { budgets, gapParts, moreReasons, type Part, reasonsOf, TOP } from './answer.js';
import { type Paint, table } from './style.js';

/** The most severe findings of all that count, and how many those are. */
export interface Top {
  findings: readonly Finding[];
  of: number;
}

/** The most severe findings that count, in file order within a severity. */
export async function topFindings(
  { bundle, exempt }: Pick<ScanResult, 'bundle' | 'exempt'>,
  count = TOP,
): Promise<Top> {
  const top: Finding[] = [];
  let of = 0;
  const consider = (finding: Finding) => {
    if (finding.kind === 'review' || exempt?.(finding) !== undefined) return;
    of += 1;
    const last = top.at(-1);
    if (top.length >= count && last && severityRank(finding.severity) <= severityRank(last.severity)) return;
    const at = top.findIndex((other) => severityRank(other.severity) < severityRank(finding.severity));
    top.splice(at === -1 ? top.length : at, 0, finding);
    if (top.length > count) top.pop();
  };
  for await (const findings of readFindings(join(bundle.folder, 'findings.jsonl'))) findings.forEach(consider);
  return { findings: top, of };
}

/** The heading of the list. */
export const topWords = ({ findings, of }: Top): string => `Findings (${findings.length} most severe of ${of})`;

/** The final screen: the answer first, then budgets, the worst findings, what did not run, and where the bundle is. */
export function finalScreen(result: ScanResult, top: Top, paint: Paint): string {
  const { evidence, bundle } = result;
  const sections = [
    headline(evidence, paint),
    partLines(budgets(evidence), paint),
    findingLines(top, paint),
    ...gapParts(evidence).map((part) => partLines(part, paint)),
    [`Bundle: ${bundle.folder}${howWords(bundle.how)}`],
  ];
  const shown = sections.filter((section) => section.length > 0);
  return `${shown.map((section) => section.join('\n')).join('\n\n')}\n`;
}

const COLOURS = { pass: 'green', fail: 'red', error: 'magenta' } as const;

function headline(evidence: ScanResult['evidence'], paint: Paint): string[] {
  const { verdict } = evidence.verdict;
  const { told, more } = reasonsOf(evidence);
  return [
    paint(['bold', COLOURS[verdict]], `Verdict: ${verdict}`),
    ...told.map(([why, remedy]) => `  ${why}\n      ${paint('dim', remedy)}`),
    ...(more > 0 ? [`  ${moreReasons(more)}`] : []),
  ];
}

function partLines({ title, rows, loud }: Part, paint: Paint): string[] {
  const lines = table(
    rows.map(([first = '', ...rest]) => [
      `  ${first}`,
      ...rest.map((cell) => (cell === loud ? paint('red', cell) : cell)),
    ]),
  );
  return [title, ...lines];
}

function findingLines(top: Top, paint: Paint): string[] {
  if (top.findings.length === 0) return [];
  return [topWords(top), ...top.findings.map((finding) => findingLine(finding, paint))];
}

export function findingLine(finding: Finding, paint: Paint): string {
  const place = `${printable(finding.path, 200)}:${finding.startLine}`;
  const rule = `${finding.tool} ${finding.rule}${finding.cwe.length > 0 ? ` ${finding.cwe.join(' ')}` : ''}`;
  return `  ${paint('bold', finding.severity.padEnd(8))} ${place}  ${printable(rule, 100)}\n           ${printable(finding.message, 160)}`;
}

/** Said where the bundle is named. */
export function howWords(how: ScanResult['bundle']['how']): string {
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
