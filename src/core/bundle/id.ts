import type { Snapshot } from '../source/snapshot.js';

/** `<commit time UTC, or 0>-<8 of the commit; of the tree digest where they differ>-<8 of the index's sha256>`. */
export function bundleId({ subject, treeDigest }: Snapshot, indexSha256: string): string {
  const time = subject.kind === 'gitCommit' ? compact(subject.time) : '0';
  const source = subject.kind === 'gitCommit' ? subject.commit : treeDigest;
  return `${time}-${source.slice(0, 8)}-${indexSha256.slice(0, 8)}`;
}

/** RFC 3339 without punctuation and fractions: 20260322T101112Z. */
const compact = (time: string): string => new Date(time).toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');
