import type { BundleDiff, ChangedFinding, ListedFinding } from '../core/diff/diff.js';
import { memberWords, toolWords } from '../core/diff/words.js';
import { canonicalJson } from '../core/lib/canonical.js';
import { forMarkdown, forTerminal } from '../core/lib/escape.js';

/** Lines under one heading. */
interface Section {
  title: string;
  lines: Iterable<string>;
  count: number;
}

/** A comparison for a terminal, piece by piece; every text of a bundle is escaped. */
export function* diffText(diff: BundleDiff): Generator<string> {
  for (const line of head(diff)) yield `${line}\n`;
  for (const { title, lines, count } of sections(diff)) {
    if (count === 0) continue;
    yield `\n${title}\n`;
    for (const line of lines) yield `  ${forTerminal(line)}\n`;
  }
}

/** The same for job summaries and comments. */
export function* diffMarkdown(diff: BundleDiff): Generator<string> {
  yield '## Comparison of two scans\n\n';
  for (const line of head(diff)) yield `- ${line}\n`;
  for (const { title, lines, count } of sections(diff)) {
    if (count === 0) continue;
    yield `\n### ${title}\n\n`;
    for (const line of lines) yield `- ${forMarkdown(line)}\n`;
  }
}

/** The same in its RFC 8785 form and one line: `findings` goes before every other member. */
export function* diffJson({ findings, ...rest }: BundleDiff): Generator<string> {
  const { unchanged, ...lists } = findings;
  yield '{"findings":{';
  for (const [name, list] of Object.entries(lists).sort(([a], [b]) => (a < b ? -1 : 1))) {
    // `unjudged` is the last of the lists and comes after `unchanged`.
    if (name === 'unjudged') yield `"unchanged":${unchanged},`;
    yield `"${name}":[`;
    for (const [i, finding] of list.entries()) yield `${i === 0 ? '' : ','}${canonicalJson(finding)}`;
    yield name === 'unjudged' ? ']' : '],';
  }
  yield `},${canonicalJson({ result: rest.worse ? 'worse' : 'not-worse', ...rest }).slice(1)}\n`;
}

function* head({ verdict, findings }: BundleDiff): Generator<string> {
  yield verdict.was === verdict.is ? `verdict: ${verdict.is}, as before` : `verdict: ${verdict.is}, was ${verdict.was}`;
  const { unchanged, ...lists } = findings;
  const counts = Object.entries(lists).map(([name, list]) => `${list.length} ${NAMES[name] ?? name}`);
  yield `findings: ${counts.join(', ')}, ${unchanged} unchanged`;
}

const NAMES: Readonly<Record<string, string>> = { unjudged: 'not judged again' };

function sections({ findings, plan, source }: BundleDiff): Section[] {
  const section = <T>(title: string, items: readonly T[], line: (item: T) => string): Section => ({
    title,
    count: items.length,
    lines: (function* () {
      for (const item of items) yield line(item);
    })(),
  });
  return [
    section('New findings', findings.new, findingLine),
    section('Changed findings', findings.changed, changedLine),
    section('Fixed findings', findings.fixed, findingLine),
    section('Gone, but no tool looked again', findings.unjudged, findingLine),
    section('Moved findings', findings.moved, movedLine),
    section('Tools', plan.tools, toolWords),
    section('Policy', plan.policy, memberWords),
    section('Plan', plan.plan, memberWords),
    section('Source', source, memberWords),
  ];
}

const findingLine = ({ severity, kind, path, line, tool, rule, message }: ListedFinding): string =>
  `${kind === 'review' ? 'review' : severity} ${path}:${line} ${tool} ${rule} ${message}`;

const movedLine = ({ was, ...finding }: ChangedFinding): string => `${findingLine(finding)} (was on line ${was.line})`;

const changedLine = ({ was, members, ...finding }: ChangedFinding): string => {
  const before = was.severity === finding.severity ? '' : `, was ${was.severity}`;
  return `${findingLine(finding)} (other ${members.join(', ')}${before})`;
};
