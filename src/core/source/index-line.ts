import * as z from 'zod';
import { unreadReason } from '../lib/unread.js';
import { unescapePath } from './names.js';
import {
  type EndLine,
  type EntryLine,
  type ExcludedLine,
  FILE_MODES,
  type RefusedLine,
  type UnreadLine,
} from './protocol.js';
import type { SnapshotEntry } from './snapshot.js';

const MAX_PATH = 16_384;
const count = z.int().nonnegative();
const isPath = (text: string): boolean => text !== '' && text.length <= MAX_PATH && unescapePath(text) !== undefined;
const GIT_HASH = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

const otherLine = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('unread'),
    path: z.string().refine(isPath, 'not an escaped path'),
    reason: unreadReason,
    detail: z.string().max(200),
    audit: z.enum(['escape', 'special-file']).optional(),
  }),
  z.strictObject({ type: z.literal('excluded'), rule: z.string().max(200), class: z.string().max(200), count }),
  z.strictObject({
    type: z.literal('refused'),
    why: z.enum(['cap', 'source']),
    message: z.string().max(500),
    remedy: z.string().max(500),
  }),
  z.strictObject({
    type: z.literal('end'),
    entries: count,
    unread: count,
    bytes: count,
    ignored: count,
    tree: z.string().regex(GIT_HASH).optional(),
  }),
]);

/** A line that is no entry; `undefined` for what is no such line. */
export const otherLineOf = (value: unknown): UnreadLine | ExcludedLine | RefusedLine | EndLine | undefined =>
  otherLine.safeParse(value).data;

/** Those of every entry; a link may have `leadsTo` too. */
const ENTRY_KEYS = 9;
const SHA256 = /^[0-9a-f]{64}$/;
/** A place below general/ or sensitive/: no empty name, `.` or `..`, no leading slash, nothing a terminal would obey. */
const PLACE = /^(?!\/)(?!.*\/$)(?!.*(?:^|\/)\.{0,2}(?:\/|$))[^\0-\x1f\x7f\\]+$/;

/** What JSON.parse made: a key that is not its own would have to be one of Object.prototype, and none of ours is. */
const isEntryLine = (value: unknown): value is Record<keyof EntryLine, unknown> =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'entry';

/**
 * An entry line, checked by hand: there is one for each file, and a schema takes ten times as long. `undefined` when
 * it is not exactly one. What is kept is made anew: a place that is the path shares its text.
 */
export function entryOf(value: unknown): SnapshotEntry | undefined {
  if (!isEntryLine(value)) return undefined;
  const { path, at, size, sha256, gitBlob, tracked, leadsTo } = value;
  if (Object.keys(value).length !== ENTRY_KEYS + (leadsTo === undefined ? 0 : 1)) return undefined;
  const mode = FILE_MODES.find((known) => known === value.mode);
  const kind = value.class === 'general' || value.class === 'sensitive' ? value.class : undefined;
  if (typeof path !== 'string' || typeof at !== 'string' || mode === undefined || kind === undefined) return undefined;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return undefined;
  if (typeof sha256 !== 'string' || typeof gitBlob !== 'string' || typeof tracked !== 'boolean') return undefined;
  if (!isPath(path) || !PLACE.test(at) || !SHA256.test(sha256) || !GIT_HASH.test(gitBlob)) return undefined;
  const entry: SnapshotEntry = { path, at: at === path ? path : at, size, sha256, gitBlob, mode, class: kind, tracked };
  if (leadsTo === undefined) return entry;
  const leads = mode === '120000' && typeof leadsTo === 'string' && (leadsTo === '' || isPath(leadsTo));
  return leads ? { ...entry, leadsTo } : undefined;
}
