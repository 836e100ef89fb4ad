import type { Finding } from '../findings/finding.js';
import { type FindingSeverity, SEVERITIES, type Severity, severityRank } from '../lib/severity.js';
import type { Exempt } from './exceptions.js';

export type Counts = Record<Severity, number>;

/** What budgets are measured against. The same flaw seen by several tools is one entry, except in a tool's own count. */
export interface Tally {
  overall: Counts;
  categories: Record<string, Counts>;
  tools: Record<string, Counts>;
  reviewNotes: number;
  /** Findings that a waiver covers, or a suppression in the source that the policy lets count; in no budget. */
  waived: number;
  suppressedInSource: number;
  /** Findings that the baseline knows; in no budget. */
  known: number;
  /** Lines of findings.jsonl. */
  findings: number;
}

export const noCounts = (): Counts => ({ critical: 0, high: 0, medium: 0, low: 0 });

/** Counts findings that arrive in the order of `compareFindings`; holds those of one line at a time. */
export function tallier(isKnown: (finding: Finding) => boolean = () => false, exempt: Exempt = () => undefined) {
  const tally: Tally = {
    overall: noCounts(),
    categories: {},
    tools: {},
    reviewNotes: 0,
    waived: 0,
    suppressedInSource: 0,
    known: 0,
    findings: 0,
  };
  let line: Finding[] = [];

  const flush = () => {
    addEntries(tally.overall, line);
    for (const category of new Set(line.map((finding) => finding.category))) {
      const own = line.filter((finding) => finding.category === category);
      addEntries(countsOf(tally.categories, category), own);
    }
    for (const finding of line) add(countsOf(tally.tools, finding.tool), finding.severity);
    line = [];
  };

  return {
    add(finding: Finding): void {
      tally.findings += 1;
      const exemption = isKnown(finding) ? 'known' : exempt(finding)?.by;
      if (exemption === 'known') tally.known += 1;
      else if (exemption === 'waiver') tally.waived += 1;
      else if (exemption === 'source') tally.suppressedInSource += 1;
      else if (finding.kind === 'review') tally.reviewNotes += 1;
      else {
        const last = line[0];
        if (last !== undefined && (last.path !== finding.path || last.startLine !== finding.startLine)) flush();
        line.push(finding);
      }
    },
    finish(): Tally {
      flush();
      return tally;
    },
  };
}

function countsOf(table: Record<string, Counts>, key: string): Counts {
  table[key] ??= noCounts();
  return table[key];
}

function add(counts: Counts, severity: FindingSeverity): void {
  if (severity !== 'none') counts[severity] += 1;
}

function addEntries(counts: Counts, findings: readonly Finding[]): void {
  for (const entry of sameFlaws(findings)) add(counts, entry.severity);
}

/**
 * Groups findings of one line that are the same flaw seen by different tools: they share a CWE with the most severe one
 * of their group. Links are not transitive: A–B and A–C do not join B and C, unless A stands for both.
 */
export function sameFlaws(findings: readonly Finding[]): Finding[] {
  const groups: { head: Finding; tools: Set<string> }[] = [];
  const ranked = [...findings].sort((a, b) => severityRank(b.severity) - severityRank(a.severity));
  for (const finding of ranked) {
    const group = groups.find(({ head, tools }) => !tools.has(finding.tool) && sharesCwe(head, finding));
    if (group === undefined) groups.push({ head: finding, tools: new Set([finding.tool]) });
    else group.tools.add(finding.tool);
  }
  return groups.map(({ head }) => head);
}

const sharesCwe = (a: Finding, b: Finding): boolean => a.cwe.some((id) => b.cwe.includes(id));

export const total = (counts: Counts): number => SEVERITIES.reduce((sum, severity) => sum + counts[severity], 0);
