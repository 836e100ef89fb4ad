import type { Finding } from '../findings/finding.js';
import { compilePathRules } from '../lib/paths.js';
import { snapshotRules } from '../plan/snapshot-rules.js';
import type { OpenBundle } from './open.js';

/** How far a path rule keeps a file from tools. */
const STRICTNESS: Readonly<Record<string, number>> = { read: 0, sensitive: 1, exclude: 2 };

/**
 * Whether the later bundle would still have a finding of the earlier one that it does not have: its tool ran to its end,
 * the file was not among those that it did not judge, and no rule keeps more from tools than before. Else its absence
 * says nothing. A file that is gone was judged: there is nothing left in it.
 */
export function judgedAgain(was: OpenBundle, is: OpenBundle): (finding: Finding) => boolean {
  const ended = new Set<string>();
  const unread = new Set(is.summary.unread.snapshot.map(({ path }) => path));
  const gaps = new Set<string>();
  for (const outcome of is.summary.tools) {
    const { tool, status } = outcome;
    if (status === 'clean' || status === 'findings' || status === 'not-applicable') ended.add(tool);
    for (const { path } of outcome.unread) gaps.add(`${tool}\0${path}`);
  }
  const [before, after] = [was, is].map(({ plan }) => compilePathRules(snapshotRules(plan)));
  const kept = (path: string, tracked: boolean): boolean =>
    (STRICTNESS[after?.read(path, tracked).action ?? ''] ?? 0) >
    (STRICTNESS[before?.read(path, tracked).action ?? ''] ?? 0);
  return ({ tool, path }) =>
    ended.has(tool) && !unread.has(path) && !gaps.has(`${tool}\0${path}`) && !kept(path, true) && !kept(path, false);
}
