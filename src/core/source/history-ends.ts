import { join } from 'node:path';
import { END_OF_HISTORY } from '../lib/history-marks.js';
import { formatOf, treeId } from './git-objects.js';
import { writeText } from './history-copy.js';
import type { OwnMerge } from './history-merges.js';
import { writeObject } from './loose-object.js';

/** Parents that one commit of ours names at the most. */
const JOINED = 16;
const WHO = 'security-scan <> 0 +0000';

type Write = (type: 'blob' | 'tree' | 'commit', content: Uint8Array) => Promise<string>;

/**
 * Adds our own commits to a copy: for each merge with files of its own one that shows these, and below everything the
 * last, which has the file of `END_OF_HISTORY`. It is refs/heads/scan; `git log --topo-order --reverse` shows it last.
 */
export async function addEnds(folder: string, commit: string, merges: readonly OwnMerge[]): Promise<void> {
  const format = formatOf(commit);
  const write: Write = (type, content) => writeObject(folder, type, content, format);
  const tree = async (files: OwnMerge['after']): Promise<string> => {
    const made: Buffer[] = [];
    const id = treeId(files, format, (content) => made.push(content));
    for (const content of made) await write('tree', content);
    return id;
  };
  const shown: string[] = [];
  for (const merge of merges) shown.push(await showMerge(merge, tree, write));
  let top = commit;
  for (let at = 0; at < shown.length; at += JOINED)
    top = await write('commit', commitObject(await tree([]), [top, ...shown.slice(at, at + JOINED)]));
  const blob = await write('blob', Buffer.from(END_OF_HISTORY.text));
  const end = await tree([{ mode: '100644', id: blob, path: END_OF_HISTORY.path }]);
  const last = await write('commit', commitObject(end, [top]));
  await writeText(join(folder, 'packed-refs'), `${last} refs/heads/scan\n`);
}

/** Two commits: the first is a merge, so nothing is shown for it; the second shows what changed from it. */
async function showMerge(
  { parents, before, after }: OwnMerge,
  tree: (files: OwnMerge['after']) => Promise<string>,
  write: Write,
): Promise<string> {
  const first = await write('commit', commitObject(await tree(before), parents));
  return await write('commit', commitObject(await tree(after), [first]));
}

const commitObject = (tree: string, parents: readonly string[]): Buffer =>
  Buffer.from(
    `tree ${tree}\n${parents.map((id) => `parent ${id}\n`).join('')}author ${WHO}\ncommitter ${WHO}\n\nof the copy\n`,
  );
