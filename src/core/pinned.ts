import { Fault } from './lib/errors.js';
import type { AdvisoryPack } from './plan/plan.js';
import type { Snapshot, SourceSubject } from './source/snapshot.js';

/** What a scan finds by itself, held fixed by whoever repeats one. */
export interface Pinned {
  /** The packs to judge by, by kind, in the place of those in use. */
  advisories: Readonly<Record<string, readonly AdvisoryPack[]>>;
  /** The commit that the ref of the baseline named. */
  baselineCommit: string | null;
  /** What the source must be. */
  source: { subject: SourceSubject; treeDigest: string };
  /** Host folder of bundles: where it lies in the source it is no part of that, as in the run that made them. */
  bundles: string;
}

/** Where bundles are that the source may hold and that are no part of it. */
export const bundlesFolder = ({ pinned, exportDir }: { pinned?: Pinned; exportDir: string }): string =>
  pinned?.bundles ?? exportDir;

/** The source is not the one that a run was pinned to. */
export class OtherSource extends Fault {}

/** Throws `OtherSource` when a snapshot is not what a run was pinned to, before any tool runs. */
export function demandSource({ subject, treeDigest }: Snapshot, pinned: Pinned | undefined): void {
  if (pinned === undefined) return;
  const wanted = pinned.source;
  if (wanted.treeDigest === treeDigest && nameOf(wanted.subject) === nameOf(subject)) return;
  const message = `the source is ${nameOf(subject)} (tree ${treeDigest}), the bundle is about ${nameOf(wanted.subject)} (tree ${wanted.treeDigest})`;
  throw new OtherSource('snapshot', message, remedyFor(wanted.subject));
}

/** A tree's digest stands beside its name, and a time is that of the commit. */
function nameOf(subject: SourceSubject): string {
  if (subject.kind === 'gitCommit') return `commit ${subject.commit}`;
  return subject.baseCommit === undefined ? 'no commit' : `commit ${subject.baseCommit} with changes`;
}

const remedyFor = (subject: SourceSubject): string =>
  subject.kind === 'gitCommit'
    ? `Give that commit of a clone: --source FOLDER#${subject.commit}`
    : 'Give the files as they were scanned; `diff` compares bundles of different sources.';
