import { Fault } from '../lib/errors.js';
import { MERGE_FOLDER } from '../lib/history-marks.js';
import { readPlainFile } from '../lib/plain-file.js';
import type { Git } from './git.js';
import { LISTING_BYTES } from './jobs.js';
import { type RawPath, rawOf } from './names.js';

interface File {
  mode: string;
  id: string;
  /** In the copy, below the folder of its merge. */
  path: RawPath;
}

/** A merge that has files which none of its parents has: as its first parent has them, and as it has them itself. */
export interface OwnMerge {
  parents: readonly string[];
  before: readonly File[];
  after: readonly File[];
}

const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const NO_FILE = '000000';
const DIFF = ['diff-tree', '--stdin', '-c', '-r', '--raw', '-z', '--no-renames', '--no-ext-diff', '--no-textconv'];

/**
 * Merges whose tree has a file that none of their parents has. `git log` shows no change for a merge, so what such a one
 * adds would be seen by nobody; against one parent it would show all that it merged.
 */
export async function ownMerges(git: Git, commit: string): Promise<OwnMerge[]> {
  const listing = await git.run({
    id: 'history-merges',
    args: ['rev-list', '--merges', '--parents', commit],
    output: 'merges',
  });
  const lines = (await textOf(listing)).split('\n').filter((line) => line !== '');
  if (lines.length === 0) return [];
  const parents = new Map(lines.map((line) => [line.split(' ', 1)[0] ?? '', line.split(' ').slice(1)]));
  const input = [...parents.keys()].map((id) => `${id}\n`).join('');
  const fields = (await textOf(await git.run({ id: 'history-own', args: DIFF, input, output: 'own.z' }))).split('\0');
  return parse(fields, parents).filter(({ after }) => after.length > 0);
}

const textOf = async (path: string): Promise<RawPath> => rawOf(await readPlainFile(path, LISTING_BYTES));

/** Fields of `git diff-tree --stdin -c --raw -z`: the id of a merge, then for each file its modes and ids, and its path. */
function parse(fields: readonly string[], parents: ReadonlyMap<string, readonly string[]>): OwnMerge[] {
  const merges: { parents: readonly string[]; before: File[]; after: File[] }[] = [];
  let folder = '';
  for (let at = 0; at < fields.length; at += 1) {
    const field = fields[at] ?? '';
    if (ID.test(field)) {
      merges.push({ parents: parents.get(field) ?? [], before: [], after: [] });
      folder = `${MERGE_FOLDER}/${field}`;
    } else if (field.startsWith('::')) {
      at += 1;
      const [before, after] = versions(field, `${folder}/${fields[at] ?? ''}`);
      if (before.mode !== NO_FILE) merges.at(-1)?.before.push(before);
      if (after.mode !== NO_FILE) merges.at(-1)?.after.push(after);
    } else if (field !== '') throw new Fault('snapshot', 'git printed a change of a merge that is not one');
  }
  return merges;
}

/** `::mode mode mode id id id status` (git-diff-tree(1), diff format for merges): the first parent's, and the merge's own. */
function versions(field: string, path: RawPath): [before: File, after: File] {
  const parents = field.lastIndexOf(':') + 1;
  const words = field.slice(parents).split(' ');
  const version = (at: number): File => ({ mode: words[at] ?? '', id: words[parents + 1 + at] ?? '', path });
  const both: [File, File] = [version(0), version(parents)];
  if (words.length === 2 * parents + 3 && both.every(({ mode, id }) => /^\d{6}$/.test(mode) && ID.test(id)))
    return both;
  throw new Fault('snapshot', 'git printed a change of a merge that is not one');
}
