import type { Finding } from '../findings/finding.js';
import type { Waiver, WaiverSet } from './admit.js';
import { isExpired, type WaiverMatcher } from './match.js';

/** A flaw of a dependency that a waiver covered: what VEX documents are about. */
export interface WaivedFlaw {
  waiver: Waiver;
  /** Every name of the flaw, sorted. */
  ids: readonly string[];
  purl: string | undefined;
}

/** Asks a matcher and keeps what it answered: counts by waiver, and each flaw once. */
export function waiverUses(match: WaiverMatcher) {
  const counts = new Map<string, number>();
  const flaws = new Map<string, WaivedFlaw>();
  return {
    match(finding: Finding): Waiver | undefined {
      const waiver = match(finding);
      if (waiver === undefined) return undefined;
      counts.set(waiver.id, (counts.get(waiver.id) ?? 0) + 1);
      const { ids, purl } = finding.vulnerability ?? {};
      if (ids !== undefined) flaws.set([waiver.id, purl ?? '', ...ids].join('\0'), { waiver, ids, purl });
      return waiver;
    },
    /** How many findings each waiver covered, by its id. */
    counts: counts as ReadonlyMap<string, number>,
    /** In a stated order, whatever that of the findings. */
    flaws: (): WaivedFlaw[] => [...flaws].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, flaw]) => flaw),
  };
}

/** What became of a waiver in a run. */
export interface WaiverState {
  id: string;
  /** `over-broad`: it covered more findings than the policy lets one waiver cover. */
  state: 'used' | 'unused' | 'expired' | 'over-broad';
  findings: number;
  expires: string;
  owner: string;
}

/** The state of each waiver, in the order of their ids. `maxFindings` is the policy's. */
export function waiverStates(
  { entries }: WaiverSet,
  uses: ReadonlyMap<string, number>,
  asOf: string,
  maxFindings: number,
): WaiverState[] {
  return entries.map((waiver) => {
    const { id, expires, owner } = waiver;
    const findings = uses.get(id) ?? 0;
    const used = findings > maxFindings ? 'over-broad' : findings > 0 ? 'used' : 'unused';
    return { id, state: isExpired(waiver, asOf) ? 'expired' : used, findings, expires, owner };
  });
}
