import type { Finding } from '../findings/finding.js';
import type { Plan } from '../plan/plan.js';
import type { Waiver, WaiverSet } from '../waivers/admit.js';
import { type WaiverMatcher, waiverMatcher } from '../waivers/match.js';
import { type WaivedFlaw, type WaiverState, waiverStates, waiverUses } from '../waivers/uses.js';

/** Why a finding that nobody mended is in no budget: a waiver, or a suppression in the source that the policy lets count. */
export type Exemption = { by: 'waiver'; waiver: Waiver } | { by: 'source' };
export type Exempt = (finding: Finding) => Exemption | undefined;

/** What became of the waivers of a run. */
export interface WaiversUsed {
  states: readonly WaiverState[];
  flaws: readonly WaivedFlaw[];
}

export interface Exceptions {
  /** May be asked about a finding any number of times; undefined when neither waivers nor suppressions count. */
  exempt: Exempt | undefined;
  /** As `exempt`, and counted: asked once about each finding that would be in a budget. */
  count: Exempt;
  /** After all findings were counted; null for a run without waivers. */
  used(): WaiversUsed | null;
}

/** The exceptions of a plan. Neither is there when the policy lists no tool for the one and no file was given for the other. */
export function exceptions({ exceptions: rules, waivers }: Plan, set: WaiverSet | undefined): Exceptions {
  const asOf = waivers?.asOf ?? '';
  const match = set === undefined ? () => undefined : waiverMatcher(set, asOf);
  const uses = waiverUses(match);
  return {
    exempt: set === undefined && rules.inSource.length === 0 ? undefined : exemptBy(match, rules.inSource),
    count: exemptBy(uses.match, rules.inSource),
    used: () =>
      set === undefined
        ? null
        : { states: waiverStates(set, uses.counts, asOf, rules.maxFindings), flaws: uses.flaws() },
  };
}

function exemptBy(match: WaiverMatcher, inSource: readonly string[]): Exempt {
  return (finding) => {
    const waiver = match(finding);
    if (waiver !== undefined) return { by: 'waiver', waiver };
    return finding.suppressed && inSource.includes(finding.tool) ? { by: 'source' } : undefined;
  };
}
