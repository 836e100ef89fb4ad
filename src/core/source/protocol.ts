import type { PathRule } from '../lib/paths.js';
import type { UnreadReason } from '../lib/unread.js';
import type { ObjectFormat } from './git-objects.js';
import type { SnapshotLimits } from './jobs.js';

/**
 * What the snapshot worker is asked, `/in/request.json`. Inside the sandbox it sees:
 *   /in      the request; `tree.z`, `index.z`, `ignored.z`, `blobs` as git printed them, where the source has a repository
 *   /src     the source folder, read-only (kind `folder`)
 *   /archive the archive, read-only (kind `archive`); without it the archive comes on standard input
 *   /files   written: general/, sensitive/
 *   /out     written: index.jsonl
 */
export interface SnapshotRequest {
  kind: 'folder' | 'blobs' | 'tar' | 'zip';
  /** True when the archive comes on standard input. */
  stdin: boolean;
  /** True when `tree.z` and its companions are there: the source has a commit. */
  git: boolean;
  format: ObjectFormat;
  limits: SnapshotLimits;
  pathRules: readonly PathRule[];
  /** A folder of the source that is no part of it, since it holds what runs leave; `/` between names. */
  outputFolder?: string | undefined;
}

export const FILE_MODES = ['100644', '100755', '120000'] as const;
export type FileMode = (typeof FILE_MODES)[number];

/**
 * Lines of `/out/index.jsonl`: entries in the order of their paths' UTF-8 bytes, unread ones, exclusions, and last
 * either `end` or `refused`; an index without it was cut off.
 */
export interface EntryLine {
  type: 'entry';
  path: string;
  at: string;
  size: number;
  sha256: string;
  gitBlob: string;
  mode: FileMode;
  class: 'general' | 'sensitive';
  tracked: boolean;
  /** The file or folder of the snapshot that a link leads to, links on the way followed; the root is empty. */
  leadsTo?: string;
}

export interface UnreadLine {
  type: 'unread';
  path: string;
  reason: UnreadReason;
  detail: string;
  /** A path or link that leaves the source, or a device: recorded in the audit log under this class. */
  audit?: 'escape' | 'special-file' | undefined;
}

export interface ExcludedLine {
  type: 'excluded';
  rule: string;
  class: string;
  count: number;
}

/** The source exceeds a cap (`cap`), or cannot be what the operator meant: no readable archive, another's export folder. */
export interface RefusedLine {
  type: 'refused';
  why: 'cap' | 'source';
  message: string;
  remedy: string;
}

export interface EndLine {
  type: 'end';
  entries: number;
  unread: number;
  bytes: number;
  ignored: number;
  /** The id of the git tree that the entries make, submodules as the commit's tree has them; with `git` only. */
  tree?: string | undefined;
}

export type IndexLine = EntryLine | UnreadLine | ExcludedLine | RefusedLine | EndLine;
