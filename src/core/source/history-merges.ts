import { Fault } from '../lib/errors.js';
import { readPlainFile } from '../lib/plain-file.js';
import type { Git } from './git.js';
import { formatOf, type ObjectFormat, objectId } from './git-objects.js';
import { LISTING_BYTES } from './jobs.js';
import { bytesOf, rawOf } from './names.js';

/** A merge that brings content of its own, told as a commit with its first parent alone. */
export interface OwnMerge {
  id: string;
  /** The commit object that takes its place. */
  content: Buffer;
  /** Parents that the other form does not name. */
  dropped: readonly string[];
}

const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const PARENTS = /^tree [0-9a-f]+\n((?:parent [0-9a-f]+\n)*)/;
const HEADER = /^([0-9a-f]{40}|[0-9a-f]{64}) commit (\d+)$/;
/** Larger than the commit objects of any history; a message may quote a book. */
const MAX_COMMITS = 2 ** 28;

/**
 * Merges whose tree has a file that none of their parents has. `git log` shows no change for a merge, so what such a
 * one adds would be seen by nobody; shown against its first parent it is, with what it merged.
 */
export async function ownMerges(git: Git, commit: string): Promise<OwnMerge[]> {
  const merges = await lines(git, { id: 'history-merges', args: ['rev-list', '--merges', commit] });
  if (merges.length === 0) return [];
  const args = ['diff-tree', '--stdin', '-c', '-r', '--raw', '--no-renames', '--no-ext-diff', '--no-textconv'];
  const printed = await lines(git, { id: 'history-own', args, input: asInput(merges) });
  // The id of a merge, then its files, each on a line that begins with colons.
  const own = printed.filter((line, at) => ID.test(line) && printed[at + 1]?.startsWith(':'));
  return own.length === 0 ? [] : await rewritten(git, own);
}

async function lines(git: Git, command: { id: string; args: string[]; input?: string }): Promise<string[]> {
  const output = await git.run({ ...command, output: command.id });
  return rawOf(await readPlainFile(output, LISTING_BYTES))
    .split('\n')
    .filter((line) => line !== '');
}

const asInput = (ids: readonly string[]): string => ids.map((id) => `${id}\n`).join('');

async function rewritten(git: Git, ids: readonly string[]): Promise<OwnMerge[]> {
  const command = { id: 'history-commits', args: ['cat-file', '--batch'], input: asInput(ids), output: 'commits' };
  const answer = await readPlainFile(await git.run({ ...command, maxOutput: MAX_COMMITS }), MAX_COMMITS);
  const merges: OwnMerge[] = [];
  let at = 0;
  for (const id of ids) {
    const { content, next } = record(answer, at, id);
    merges.push(withFirstParent(id, content));
    at = next;
  }
  return merges;
}

/** One answer of `git cat-file --batch`; its content must be what its id says. */
function record(answer: Buffer, at: number, id: string): { content: Buffer; next: number } {
  const end = answer.indexOf(10, at);
  const [, found, size] = HEADER.exec(rawOf(answer.subarray(at, Math.max(end, at)))) ?? [];
  const content = answer.subarray(end + 1, end + 1 + Number(size));
  if (found !== id || objectId('commit', content, formatOf(id)) !== id)
    throw new Fault('snapshot', `the commit ${id} cannot be read`, 'Scan a fresh clone.');
  return { content, next: end + 1 + content.length + 1 };
}

function withFirstParent(id: string, content: Buffer): OwnMerge {
  const text = rawOf(content);
  const [head = '', block = ''] = PARENTS.exec(text) ?? [];
  const [first, ...dropped] = block.split(/parent |\n/).filter((part) => ID.test(part));
  if (first === undefined) throw new Fault('snapshot', `the merge ${id} names no parent`, 'Scan a fresh clone.');
  const parents = head.length - block.length;
  return { id, content: bytesOf(`${text.slice(0, parents)}parent ${first}\n${text.slice(head.length)}`), dropped };
}

/** Parents that one commit of ours names at the most. */
const JOINED = 16;
const WHO = 'security-scan <> 0 +0000';

/** A commit object of our own. */
export const commitObject = (tree: string, parents: readonly string[]): Buffer =>
  Buffer.from(
    `tree ${tree}\n${parents.map((id) => `parent ${id}\n`).join('')}author ${WHO}\ncommitter ${WHO}\n\nend of history\n`,
  );

/** Commits that join others into one history, each below the next: merges, which show no change of their own. */
export function joints(tree: string, tip: string, others: readonly string[], format: ObjectFormat) {
  const contents: Buffer[] = [];
  let top = tip;
  for (let at = 0; at < others.length; at += JOINED) {
    const content = commitObject(tree, [top, ...others.slice(at, at + JOINED)]);
    contents.push(content);
    top = objectId('commit', content, format);
  }
  return { top, contents };
}
