import type { Unread } from '../lib/unread.js';
import type { StepOutcome } from '../runtime/outcome.js';

/**
 * What one run over all files says of a step, from the outcomes of its parts in the order of the shards (at least one). A
 * part that failed or was cancelled is a step that failed or was cancelled: what the others found is no answer.
 */
export function joinOutcomes(parts: readonly [StepOutcome, ...StepOutcome[]]): StepOutcome {
  const [first, ...others] = parts;
  if (others.length === 0) return first;
  const files = sum(parts, ({ files }) => files);
  const broken = ['error', 'cancelled'].flatMap((status) => parts.find((part) => part.status === status) ?? [])[0];
  if (broken !== undefined) return { ...broken, files };
  const findings = sum(parts, ({ findings }) => findings);
  return {
    ...first,
    status: findings > 0 ? 'findings' : 'clean',
    files,
    findings,
    suppressed: sum(parts, ({ suppressed }) => suppressed),
    unread: sortedUnread(parts.flatMap(({ unread }) => unread)),
  };
}

const sum = <T>(values: readonly T[], of: (value: T) => number): number =>
  values.reduce((total, value) => total + of(value), 0);

/** In the order that a reader gives them: by path, then reason, by code unit. */
function sortedUnread(unread: readonly Unread[]): Unread[] {
  const keyed = unread.map((value) => ({ value, key: `${value.path}\0${value.reason}` }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ value }) => value);
}
