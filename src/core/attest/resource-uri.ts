import type { Snapshot } from '../source/snapshot.js';

/**
 * Where the source is to be had, as SPDX 2.3, section 7.7 writes it; without an address the commit's SWHID
 * (ISO/IEC 18670), and of a tree that is no commit its digest (RFC 6920).
 */
export function resourceUri({
  subject,
  treeDigest,
  origin,
}: Pick<Snapshot, 'subject' | 'treeDigest' | 'origin'>): string {
  if (subject.kind === 'gitCommit') {
    if (origin !== undefined && URL.canParse(origin)) return `git+${origin}@${subject.commit}`;
    // A SWHID is that of git's SHA-1 ids alone.
    if (subject.commit.length === 40) return `swh:1:rev:${subject.commit}`;
  }
  return `ni:///sha-256;${Buffer.from(treeDigest, 'hex').toString('base64url')}`;
}
