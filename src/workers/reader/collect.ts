import type { Rule } from '../../core/findings/finding.js';
import type { Unread } from '../../core/lib/unread.js';
import type { ComponentLine } from '../lib/protocol.js';
import { type RawFinding, type ReaderRequest, RefusedReport } from './protocol.js';

/** Everything that a report holds, before it is set against the snapshot. */
export interface Collected {
  rules: Map<string, Rule>;
  findings: RawFinding[];
  unread: Unread[];
  components: Omit<ComponentLine, 'type'>[];
}

export const nothing = (): Collected => ({ rules: new Map(), findings: [], unread: [], components: [] });

/** Adds a finding; throws `RefusedReport` above the cap, because a cut list is not a list. */
export function addFinding(into: Collected, finding: RawFinding, request: ReaderRequest): void {
  if (into.findings.length >= request.maxFindings) {
    throw new RefusedReport('too-many-findings', `more than ${request.maxFindings} findings`);
  }
  into.findings.push(finding);
}
