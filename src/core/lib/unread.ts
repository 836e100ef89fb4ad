import * as z from 'zod';

/** Why a file was not judged. The first group comes from the snapshot, the second from tools. */
export const UNREAD_REASONS = [
  'submodule',
  'lfs-pointer',
  'symlink-escape',
  'link-unscanned',
  'special-file',
  'shallow',
  'unreadable',
  'too-large',
  'name',
  'unparsable',
  'timeout',
  'not-text',
  'unsupported',
  'unpinned',
  'no-advisories',
] as const;
export const unreadReason = z.enum(UNREAD_REASONS);
export type UnreadReason = z.infer<typeof unreadReason>;

/** A file that was in scope and not judged, by the snapshot or by one tool. */
export interface Unread {
  path: string;
  reason: UnreadReason;
  detail: string;
}
