import { compilePathRules, type PathAction, type PathRule } from '../lib/paths.js';
import type { Plan } from '../plan/plan.js';

/** A path that the source changed against its baseline, where the policy has something to say about it. */
export interface Edit {
  path: string;
  change: 'added' | 'changed' | 'removed';
  /** `denied` fails the run; `protected` and `unlisted` are for somebody to look at. */
  decision: 'denied' | 'protected' | 'unlisted';
  /** The rule that decided. */
  rule: string;
}

type Files = readonly { path: string; gitBlob: string; tracked: boolean }[];

/**
 * Sets every changed path against the policy's edit rules, in the order editDeny, editProtected, editAllow. A path that
 * no rule names is `unlisted` when the policy lists what may be edited, and of no concern when it does not.
 */
export function judgeEdits({ paths }: Plan, before: Files, now: Files): Edit[] {
  const rules = compilePathRules([
    ...named(paths.editDeny, 'edit-deny'),
    ...named(paths.editProtected, 'edit-protected'),
    ...named(paths.editAllow, 'edit-allow'),
  ]);
  return changes(before, now).flatMap(({ path, change }): Edit[] => {
    const { action, reason } = rules.edit(path, true);
    if (action === 'edit-deny') return [{ path, change, decision: 'denied', rule: reason }];
    if (action === 'edit-protected') return [{ path, change, decision: 'protected', rule: reason }];
    const listed = action !== 'edit-unlisted' || paths.editAllow.length === 0;
    return listed ? [] : [{ path, change, decision: 'unlisted', rule: 'editAllow' }];
  });
}

const named = (rules: Plan['paths']['editDeny'], action: PathAction): PathRule[] =>
  rules.map(({ name, globs }) => ({ rule: name, class: 'edit', globs, action }));

function changes(before: Files, now: Files): Pick<Edit, 'path' | 'change'>[] {
  const old = new Map(before.map(({ path, gitBlob }) => [path, gitBlob]));
  const current = new Set(now.map(({ path }) => path));
  const added = now.filter(({ path }) => !old.has(path)).map(({ path }) => ({ path, change: 'added' as const }));
  const changed = now.filter(({ path, gitBlob }) => old.has(path) && old.get(path) !== gitBlob);
  const removed = before
    .filter(({ path }) => !current.has(path))
    .map(({ path }) => ({ path, change: 'removed' as const }));
  const all = [...added, ...changed.map(({ path }) => ({ path, change: 'changed' as const })), ...removed];
  return all.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
