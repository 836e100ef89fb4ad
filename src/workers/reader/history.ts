import { commitId, type Finding } from '../../core/findings/finding.js';
import { printable } from '../../core/lib/printable.js';
import { type RawFinding, RefusedReport } from './protocol.js';

/** What a finding has wherever it is. */
export type FindingBase = Pick<
  Finding,
  'tool' | 'rule' | 'category' | 'kind' | 'severity' | 'cwe' | 'message' | 'vulnerability' | 'suppressed'
>;

type OfHistory = RawFinding & { commit: string };

export const isOfHistory = (raw: RawFinding): raw is OfHistory => raw.commit !== undefined;

/**
 * Findings in commits. Their files need not be in the snapshot, so no line is looked at: the place is as the tool told it,
 * and the fingerprint is of rule, path, commit and ordinal. Throws `RefusedReport` for a path or commit that cannot be one.
 */
export function historyFindings(
  raws: readonly OfHistory[],
  base: (raw: RawFinding) => FindingBase,
  print: (rule: string, path: string, text: string) => string,
): Finding[] {
  return [...raws].sort(byPlace).map((raw) => toFinding(raw, base(raw), print));
}

function toFinding(raw: OfHistory, base: FindingBase, print: (rule: string, path: string, text: string) => string) {
  const { startLine, startColumn, endLine, endColumn } = raw;
  const commit = checked(raw.commit);
  const path = safePath(raw.path);
  return {
    ...base,
    message: `${base.message} (in commit ${commit.slice(0, 12)})`,
    path,
    commit,
    startLine,
    startColumn,
    endLine,
    endColumn,
    fingerprint: print(base.rule, path, `commit ${commit}`),
    lineHash: '0:1',
  };
}

function checked(commit: string): string {
  if (commitId.safeParse(commit).success) return commit;
  throw new RefusedReport('report-broken', `a finding in what is no commit: ${printable(commit, 80)}`);
}

const LEADS_OUT = ['', '.', '..'];

/** No index says which names there were: one that leads out of a tree, or holds control characters, is not shown. */
function safePath(path: string): string {
  if (!path.split('/').some((name) => LEADS_OUT.includes(name)) && !/\p{Cc}/u.test(path)) return path;
  throw new RefusedReport('report-unknown-path', `the report names an unsafe path: ${printable(path, 80)}`);
}

const byPlace = (a: OfHistory, b: OfHistory): number =>
  order(a.path, b.path) ||
  order(a.commit, b.commit) ||
  a.startLine - b.startLine ||
  (a.startColumn ?? 0) - (b.startColumn ?? 0) ||
  order(a.rule, b.rule);

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
