/** Severities that a budget can be set for, most severe first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** `none` is for review notes and information: SARIF level `none`, in no severity budget. */
export type FindingSeverity = Severity | 'none';

/** Highest allowed count by severity; an absent severity has no limit. */
export type Thresholds = Partial<Record<Severity, number>>;

const RANK: Record<FindingSeverity, number> = { critical: 4, high: 3, medium: 2, low: 1, none: 0 };

export const severityRank = (severity: FindingSeverity): number => RANK[severity];

/** The stricter of two sets of thresholds: per severity the lower; a limit on one side only stands. */
export function stricter(a: Thresholds, b: Thresholds): Thresholds {
  const result: Thresholds = {};
  for (const severity of SEVERITIES) {
    const limits = [a[severity], b[severity]].filter((n) => n !== undefined);
    if (limits.length > 0) result[severity] = Math.min(...limits);
  }
  return result;
}
