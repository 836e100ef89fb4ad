import { basename, dirname, join, relative, resolve } from 'node:path';
import { type Problem, Refusal } from '../lib/errors.js';
import { printable } from '../lib/printable.js';
import { type Place, placeOf } from './follow.js';
import { existingPath } from './place.js';
import { gitFolders, kindOf } from './repository.js';
import type { SourceRequest } from './snapshot.js';

/** What a run takes from the operator or leaves for them: none of it may be in the hands of the tree. */
export interface GuardedPaths {
  /** Policy, privacy assets, baseline bundle, output and events files; an absent one has no path. */
  documents: readonly { option: string; path: string | undefined }[];
  exportDir: string;
}

/** The tree under scan. */
interface Tree {
  /** The source folder's real path. */
  folder: string;
  /** The folders that the tree's author fills: the enclosing repository, and the folder as the operator named it. */
  roots: readonly string[];
}

/**
 * Refuses paths that the tree under scan could decide on: documents that lie in it, and an export folder that is it,
 * that is reached through its links, that lies in its git folder, or that it could have brought. Returns the export
 * folder's path relative to the source folder, `/` between names, when it lies inside. Throws one `Refusal`: code
 * `policy` when a document is among the problems, `usage` for the export folder alone, `source` when the source does
 * not exist. Runs no process.
 */
export async function guardTree(
  source: SourceRequest,
  { documents, exportDir }: GuardedPaths,
): Promise<string | undefined> {
  const tree = await treeOf(source);
  const wanted = await placeOf(exportDir);
  const misplaced = await documentProblems(documents, tree?.roots ?? []);
  const unfit = await exportProblem(wanted, tree);
  const problems = [...misplaced, ...(unfit === undefined ? [] : [unfitExport(exportDir, unfit)])];
  if (problems.length > 0) throw new Refusal(misplaced.length > 0 ? 'policy' : 'usage', problems);
  if (tree === undefined || !isBelow(tree.folder, wanted.real)) return undefined;
  return relative(tree.folder, wanted.real);
}

const unfitExport = (file: string, what: string): Problem => {
  const remedy = 'Give a folder outside the source with --export-dir.';
  return { file, message: `the export folder ${what}`, remedy };
};

/** A folder, or the folder of a local clone; other sources have no tree on this host. */
async function treeOf(source: SourceRequest): Promise<Tree | undefined> {
  if (source.kind !== 'folder' && source.kind !== 'git') return undefined;
  if (source.path === undefined) return undefined;
  const folder = await existingPath(source.path, 'folder');
  return { folder, roots: [...new Set([await repositoryTop(folder), resolve(source.path)])] };
}

/** The nearest folder at or above with a `.git` in it, whatever that is; without one, the folder itself. */
async function repositoryTop(folder: string): Promise<string> {
  for (let top = folder; ; top = dirname(top)) {
    if ((await kindOf(join(top, '.git'))) !== 'absent') return top;
    if (top === dirname(top)) return folder;
  }
}

async function documentProblems(documents: GuardedPaths['documents'], roots: readonly string[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { option, path } of documents) {
    if (path === undefined) continue;
    const { lexical, real, links } = await placeOf(path);
    const inside = roots.some(
      (root) => [lexical, real].some((place) => isAtOrBelow(root, place)) || links.some((link) => isBelow(root, link)),
    );
    if (inside)
      problems.push({ file: path, message: `${option} lies in the tree under scan`, remedy: 'Keep it outside.' });
  }
  return problems;
}

const BROUGHT = 'is in the source already, and no git repository tells that it is not part of it';

/** Why evidence must not go there. */
async function exportProblem(wanted: Place, tree: Tree | undefined): Promise<string | undefined> {
  const roots = tree?.roots ?? [];
  if ([...roots, tree?.folder].some((root) => root === wanted.lexical || root === wanted.real))
    return 'is the source itself';
  const link = wanted.links.find((one) => roots.some((root) => isBelow(root, one)));
  if (link !== undefined) return `is reached through ${printable(link, 200)}, a link inside the source`;
  const parts = [wanted.lexical, wanted.real].flatMap((place) => roots.flatMap((root) => between(root, place)));
  const git = tree === undefined ? undefined : await gitFolderAround(wanted.real, parts, tree);
  if (git !== undefined) return `lies in ${printable(git, 200)}, where git keeps data of its own`;
  for (const part of [...new Set(parts), ...['.incomplete', '.unsigned'].map((name) => join(wanted.real, name))]) {
    const kind = await kindOf(part);
    if (kind !== 'absent' && kind !== 'folder') return `cannot be used: ${printable(part, 200)} is not a plain folder`;
  }
  return tree !== undefined && (await mayBeBrought(wanted, tree)) ? BROUGHT : undefined;
}

/** No snapshot holds what is in a git folder: results would be hidden there, and what lies beside them would too. */
async function gitFolderAround(
  real: string,
  parts: readonly string[],
  { folder, roots }: Tree,
): Promise<string | undefined> {
  const named = parts.find((part) => basename(part).toLowerCase() === '.git');
  if (named !== undefined) return named;
  const known = await Promise.all([...new Set([folder, ...roots])].map(gitFolders));
  // Its `.git` file may name any folder, such as one that the source itself is in: that is refused when the source is read.
  return known.flat().find((place) => isAtOrBelow(place, real) && (place === folder || !isAtOrBelow(place, folder)));
}

/**
 * An export folder is left out of the snapshot, so one that came with the tree would hide what is in it. Only git can
 * tell, and it is asked about the source folder's own repository alone.
 */
async function mayBeBrought({ real }: Place, { folder }: Tree): Promise<boolean> {
  if (!isBelow(folder, real) || (await kindOf(join(folder, '.git'))) !== 'absent') return false;
  return (await kindOf(real)) !== 'absent';
}

/** The path and every folder above it, up to but without `root`; nothing for a path elsewhere. */
function between(root: string, path: string): string[] {
  const parts: string[] = [];
  for (let part = path; isBelow(root, part); part = dirname(part)) parts.push(part);
  return parts;
}

const isBelow = (root: string, path: string): boolean =>
  path !== root && path.startsWith(root.endsWith('/') ? root : `${root}/`);

const isAtOrBelow = (root: string, path: string): boolean => path === root || isBelow(root, path);
