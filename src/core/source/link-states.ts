import { createHash } from 'node:crypto';
import type { SnapshotEntry } from './snapshot.js';

/**
 * For each link that is asked for, by path, a text that changes when its target does, or any file that it leads to. The
 * tree is walked once, however many links there are.
 */
export function linkStates(
  entries: readonly SnapshotEntry[],
  wanted: (path: string) => boolean,
): ReadonlyMap<string, string> {
  const links = entries.filter(({ path, mode }) => mode === '120000' && wanted(path));
  const places = links.flatMap(({ leadsTo }) => leadsTo ?? []);
  const behind = new Map([...places, ...(places.length > 0 ? [''] : [])].map((at) => [at, createHash('sha256')]));
  const withLinks = new Set<string>();
  for (const { path, gitBlob, mode } of behind.size === 0 ? [] : entries)
    for (const at of above(path)) {
      behind.get(at)?.update(`${mode} ${gitBlob} ${path.slice(at.length)}\n`);
      if (mode === '120000') withLinks.add(at);
    }
  const digests = new Map([...behind].map(([at, hash]) => [at, hash.digest('hex')]));
  // A link in there may lead anywhere: then any change of the tree counts.
  const whole = (at: string) => (withLinks.has(at) ? '' : at);
  const stateOf = ({ gitBlob, leadsTo }: SnapshotEntry) =>
    `link ${gitBlob} ${(leadsTo === undefined ? undefined : digests.get(whole(leadsTo))) ?? 'nowhere'}`;
  return new Map(links.map((link) => [link.path, stateOf(link)]));
}

/** The path and every folder above it, the root last. */
function* above(path: string): Generator<string> {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) yield at;
  yield '';
}
