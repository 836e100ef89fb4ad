import type { FindingLine } from '../lib/protocol.js';

/** A place that a detector holds for a secret. Byte offsets, the end exclusive. */
export interface Candidate {
  rule: string;
  start: number;
  end: number;
  /** Among overlapping candidates the highest stands: see `RANK`. */
  rank: number;
  severity?: NonNullable<FindingLine['severity']>;
  /** Said after the rule's message. Tells nothing of the value. */
  note?: string;
}

export const RANK = { keyBlock: 4, token: 3, named: 2, assigned: 1 } as const;

/** Keeps, of candidates that overlap, the one of highest rank, then the longest. Sorted by place. */
export function withoutOverlaps(candidates: readonly Candidate[]): Candidate[] {
  const sorted = [...candidates].sort((a, b) => a.start - b.start || b.end - a.end || b.rank - a.rank);
  const kept: Candidate[] = [];
  for (const candidate of sorted) {
    const last = kept.at(-1);
    if (last === undefined || candidate.start >= last.end) kept.push(candidate);
    else if (candidate.rank > last.rank) kept[kept.length - 1] = candidate;
  }
  return kept;
}
