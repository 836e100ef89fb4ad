import { lstat, realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { Refusal } from '../lib/errors.js';

/** Where the export folder lies inside the source, with `/`; `undefined` when it lies outside. */
export async function exportInside(source: string, exportDir: string): Promise<string | undefined> {
  const root = await realpath(source);
  for (const base of new Set([resolve(source), root])) await refuseLinks(base, resolve(exportDir), exportDir);
  const path = relative(root, await realParent(resolve(exportDir)));
  if (path === '') throw refusal(exportDir, 'is the source itself');
  return path.startsWith('..') ? undefined : path.split(sep).join('/');
}

/** The path with all existing folders resolved: the source decides nothing about where evidence goes. */
async function realParent(path: string): Promise<string> {
  const parent = dirname(path);
  if (parent === path) return path;
  const resolved = await realpath(parent).catch(() => realParent(parent));
  return join(resolved, path.slice(parent.length));
}

/** A link at or above the export folder would put the evidence, or what deletes it, in the hands of the source. */
async function refuseLinks(root: string, wanted: string, exportDir: string): Promise<void> {
  if (!wanted.startsWith(root + sep)) return;
  let current = root;
  for (const part of relative(root, wanted).split(sep)) {
    current = join(current, part);
    const stat = await lstat(current).catch(() => undefined);
    if (stat?.isSymbolicLink())
      throw refusal(exportDir, `is reached through the link ${relative(root, current)} inside the source`);
  }
}

const refusal = (exportDir: string, message: string): Refusal =>
  new Refusal('usage', [
    { file: exportDir, message: `the export folder ${message}`, remedy: 'Give another with --export-dir.' },
  ]);

/** Refuses operator's documents that lie in the tree under scan: the tree must not write its own rules. */
export async function refuseInside(
  source: string,
  documents: readonly { option: string; path: string | undefined }[],
): Promise<void> {
  const root = await realpath(source);
  const problems = [];
  for (const { option, path } of documents) {
    if (path === undefined) continue;
    const places = [resolve(path), await realpath(path).catch(() => undefined)];
    if (places.some((place) => place === root || place?.startsWith(root + sep))) {
      problems.push({ file: path, message: `${option} lies in the tree under scan`, remedy: 'Keep it outside.' });
    }
  }
  if (problems.length > 0) throw new Refusal('policy', problems);
}

/** What git tracks is never taken for output, and never overwritten. */
export function refuseTracked(inside: string, entries: readonly { path: string; tracked: boolean }[]): void {
  const tracked = entries.find((entry) => entry.tracked && entry.path.startsWith(`${inside}/`));
  if (tracked !== undefined) throw refusal(inside, 'holds files that git tracks');
}
