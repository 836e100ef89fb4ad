import type { Audit } from '../lib/audit.js';
import type { SourceIndex } from './read-index.js';

/** A hostile source may have a hundred thousand bad links; the evidence lists each as unread, the log these and their number. */
const MOST_OF_A_CLASS = 200;

/** What was refused or left out goes to the audit log; what was taken is in the evidence. */
export function recordPaths(index: SourceIndex, audit: Audit): void {
  recordRefusals(index, audit);
  for (const { rule, class: kind, count } of index.excluded) {
    const actor = kind === 'operator' ? 'operator' : 'policy';
    audit.record({ kind: 'path', path: rule, decision: 'excluded', class: kind, reason: `${count} paths`, actor });
  }
  const sensitive = index.entries.filter((entry) => entry.class === 'sensitive').length;
  if (sensitive > 0)
    audit.record({
      kind: 'path',
      path: 'secretsOnly',
      decision: 'for secret scanners only',
      class: 'sensitive',
      reason: `${sensitive} paths`,
      actor: 'policy',
    });
  const reason = `${index.end.entries} entries`;
  audit.record({ kind: 'state', what: 'snapshot', from: 'taking', to: 'taken', actor: 'source', reason });
}

function recordRefusals({ unread }: SourceIndex, audit: Audit): void {
  const counts = new Map<string, number>();
  const decision = 'refused';
  const actor = 'scanner';
  for (const { path, reason, detail, audit: kind } of unread) {
    if (kind === undefined) continue;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    if (count <= MOST_OF_A_CLASS)
      audit.record({ kind: 'path', path, decision, class: kind, reason: `${reason}: ${detail}`, actor });
  }
  for (const [kind, count] of counts) {
    const reason = `${count - MOST_OF_A_CLASS} more paths`;
    if (count > MOST_OF_A_CLASS) audit.record({ kind: 'path', path: kind, decision, class: kind, reason, actor });
  }
}
