import { Refusal } from '../lib/errors.js';
import { printable } from '../lib/printable.js';
import type { Snapshot } from '../source/snapshot.js';

/** `<commit time UTC, or 0>-<8 of the commit; of the tree digest where they differ>-<8 of the index's sha256>`. */
export function bundleId({ subject, treeDigest }: Snapshot, indexSha256: string): string {
  const time = subject.kind === 'gitCommit' ? compact(subject.time) : '0';
  const source = subject.kind === 'gitCommit' ? subject.commit : treeDigest;
  return `${time}-${source.slice(0, 8)}-${indexSha256.slice(0, 8)}`;
}

/** RFC 3339 without punctuation and fractions: 20260322T101112Z. */
const compact = (time: string): string => new Date(time).toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
/** Names in an export folder that are no bundles. */
const TAKEN = ['latest', 'history'];

/** Throws `Refusal` for a name that would leave the export folder or take the place of something else in it. */
export function checkBundleId(id: string | undefined): void {
  if (id === undefined || (NAME.test(id) && !TAKEN.includes(id))) return;
  const message = `--bundle-id: a bundle cannot be named ${JSON.stringify(printable(id, 80))}`;
  const remedy = 'Use letters, digits, dot, dash and underscore, at most 128, beginning with a letter or digit.';
  throw new Refusal('usage', [{ message, remedy }]);
}
