import type { Finding } from '../findings/finding.js';
import { severityRank } from '../lib/severity.js';
import { compareFindings, type FindingChange } from './findings.js';
import { judgedAgain } from './judged.js';
import { changedMembers, type Member } from './members.js';
import type { OpenBundle } from './open.js';
import { comparePlans, type PlanChanges } from './plans.js';

/** A finding as a comparison lists it. */
export interface ListedFinding {
  tool: string;
  rule: string;
  severity: Finding['severity'];
  kind: Finding['kind'];
  path: string;
  line: number;
  message: string;
  fingerprint: string;
}

/** One that stands elsewhere, or is judged otherwise, than before. */
export interface ChangedFinding extends ListedFinding {
  was: { line: number; severity: Finding['severity'] };
  /** What differs; for a moved one the line alone. */
  members: string[];
}

type Verdict = 'pass' | 'fail' | 'error';

/** What changed from one bundle to another. Lists are in the order of findings.jsonl. */
export interface BundleDiff {
  verdict: { was: Verdict; is: Verdict };
  findings: {
    new: ListedFinding[];
    fixed: ListedFinding[];
    /** Gone, and no tool looked again at that file: nobody knows whether they are fixed. */
    unjudged: ListedFinding[];
    moved: ChangedFinding[];
    changed: ChangedFinding[];
    unchanged: number;
  };
  plan: PlanChanges;
  source: Member[];
  /** There are new findings, a finding became more severe, or the verdict did. */
  worse: boolean;
}

const RANK: Readonly<Record<Verdict, number>> = { pass: 0, fail: 1, error: 2 };

/** Compares two intact bundles. What is listed is in memory; what is unchanged is counted as it is read. */
export async function diffBundles(was: OpenBundle, is: OpenBundle): Promise<BundleDiff> {
  const findings: BundleDiff['findings'] = { new: [], fixed: [], unjudged: [], moved: [], changed: [], unchanged: 0 };
  const judged = judgedAgain(was, is);
  for await (const change of compareFindings(was.folder, is.folder)) sort(change, judged, findings);
  const verdict = { was: was.summary.verdict, is: is.summary.verdict };
  const graver = findings.changed.some((one) => severityRank(one.severity) > severityRank(one.was.severity));
  return {
    verdict,
    findings,
    plan: comparePlans(was, is),
    source: changedMembers(was.summary.source, is.summary.source),
    worse: findings.new.length > 0 || graver || RANK[verdict.is] > RANK[verdict.was],
  };
}

function sort(change: FindingChange, judged: (finding: Finding) => boolean, into: BundleDiff['findings']): void {
  switch (change.change) {
    case 'unchanged':
      into.unchanged += change.count;
      break;
    case 'new':
      into.new.push(listed(change.finding));
      break;
    case 'gone':
      into[judged(change.finding) ? 'fixed' : 'unjudged'].push(listed(change.finding));
      break;
    case 'moved':
      into.moved.push(changed(change.finding, change.from, ['startLine']));
      break;
    case 'changed':
      into.changed.push(changed(change.finding, change.from, change.members));
      break;
  }
}

const listed = ({ tool, rule, severity, kind, path, startLine, message, fingerprint }: Finding): ListedFinding => ({
  tool,
  rule,
  severity,
  kind,
  path,
  line: startLine,
  message,
  fingerprint,
});

const changed = (finding: Finding, from: Finding, members: string[]): ChangedFinding => ({
  ...listed(finding),
  was: { line: from.startLine, severity: from.severity },
  members,
});
