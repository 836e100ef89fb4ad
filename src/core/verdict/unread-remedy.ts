import type { UnreadReason } from '../lib/unread.js';

const WHAT_HELPS: Readonly<Record<UnreadReason, string>> = {
  submodule: 'Scan the submodules as sources of their own',
  'lfs-pointer': 'Fetch what the pointers stand for (git lfs pull) and scan the folder',
  'symlink-escape': 'Take the links out of the source',
  'link-unscanned': 'Let the links lead to something that is scanned',
  'special-file': 'Take the files out of the source',
  shallow: 'Fetch the whole history (git fetch --unshallow)',
  unreadable: 'See that the files can be read',
  'too-large': 'Make the files smaller, or exclude them',
  name: 'Give the files names that can be told apart',
  unparsable: 'Mend the files where they are broken',
  timeout: 'Give the tool more time, or exclude the files',
  'not-text': 'Write the files as UTF-8 text, or exclude those that are none',
  unsupported: 'Let another tool judge the files',
  unpinned: 'Pin the dependencies to versions',
  'no-advisories': 'Get them and run again',
};

/** What to do about files that were not judged: one sentence that fits the reason. */
export const unreadRemedy = (reason: UnreadReason): string =>
  `${WHAT_HELPS[reason]}, or accept the gap under \`incomplete.accept\` in the policy.`;
