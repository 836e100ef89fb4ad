import type { Unread } from '../lib/unread.js';
import type { EntryLine, ExcludedLine } from './protocol.js';

/** What to scan. Paths are the operator's; `ref` is a branch, tag or commit (see `checkRef`). */
export type SourceRequest =
  | { kind: 'folder'; path: string; allowGitDir?: boolean }
  | { kind: 'git'; url: string; path?: never; ref: string }
  | { kind: 'git'; path: string; url?: never; ref: string; allowGitDir?: boolean }
  | { kind: 'archive'; path: string; format: 'tar' | 'zip' }
  | { kind: 'stdin' };

/**
 * One file or link. `path` is the repository's, as `escapePath` writes it; `at` is its place below the folder of its
 * class, another name where tools could not bear the path. Links (mode 120000) have no file; their content is the
 * target. `gitBlob` is the id git would give the content.
 */
export type SnapshotEntry = Readonly<Omit<EntryLine, 'type'>>;
export type UnreadEntry = Readonly<Unread>;
export type Exclusion = Readonly<Omit<ExcludedLine, 'type'>>;

/** `time` is the committer's, UTC, `YYYY-MM-DDThh:mm:ssZ`. */
export type SourceSubject =
  | { kind: 'gitCommit'; commit: string; tree: string; time: string }
  | { kind: 'tree'; digest: string; baseCommit?: string; time?: string };

/** What a run reads instead of the live tree. */
export interface Snapshot {
  /** Host path; `general/` and `sensitive/` below it hold the files. Here they are after `Sandbox.bring`. */
  folder: string;
  /** In the order of the paths' UTF-8 bytes. */
  entries: readonly SnapshotEntry[];
  /** A path may be both an entry and unread: a link that leaves the source, an LFS pointer. */
  unread: readonly UnreadEntry[];
  /** What path rules left out, and `.git` folders other than the source's own (rule `.git`). */
  excluded: readonly Exclusion[];
  /** Untracked files that git ignores. */
  ignored: number;
  /** See `treeDigest`. */
  treeDigest: string;
  /** The commit only when the snapshot equals its tree. */
  subject: SourceSubject;
  /**
   * There is a commit and the snapshot is not its tree: a file differs, is missing, is new, or was not read. Files count
   * as they are on disk: one that git converts on checkout (CRLF, `ident`, filters) differs from its blob.
   */
  dirty: boolean;
  /** The address it was fetched from. */
  origin?: string;
  /** The host folder whose repository, if it has one, holds the history; absent for archives. */
  repository?: { path: string; allowGitDir: boolean };
}
