import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { globMatcher } from '../lib/paths.js';
import type { Mount } from '../lib/sandbox/job.js';
import type { Step } from '../plan/plan.js';
import type { Snapshot, SnapshotEntry } from '../source/snapshot.js';
import { readableByJobs } from './readable.js';

/** One file handed to a step; `at` is its place under /src. */
export interface HandedFile {
  path: string;
  at: string;
  size: number;
}

/** The files that a step is given: regular files of the snapshot that its globs name, in canonical order. */
export function filesFor(step: Step, entries: readonly SnapshotEntry[]): HandedFile[] {
  const matches = globMatcher(step.appliesTo.files, true);
  return entries
    .filter((entry) => entry.mode !== '120000' && (entry.class === 'general' || step.appliesTo.sensitive))
    .filter((entry) => matches(entry.path))
    .map((entry) => ({ path: entry.path, at: `${entry.class}/${entry.at}`, size: entry.size }));
}

/** The snapshot as a step may see it. */
export function sourceMounts(step: Step, snapshot: Snapshot): Mount[] {
  const classes = step.appliesTo.sensitive ? ['general', 'sensitive'] : ['general'];
  return classes.map((name) => ({ from: join(snapshot.folder, name), to: `/src/${name}`, access: 'read' }));
}

/** Writes what the step reads from /in. */
export async function writeInput(
  folder: string,
  files: readonly HandedFile[],
  documents: Record<string, unknown>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'files.jsonl'), files.map((file) => `${JSON.stringify(file)}\n`).join(''));
  await addInput(folder, documents);
}

/** Adds documents to what is read from /in. */
export async function addInput(folder: string, documents: Record<string, unknown>): Promise<void> {
  const entries = Object.entries(documents);
  await Promise.all(entries.map(([name, value]) => writeFile(join(folder, name), JSON.stringify(value))));
  await readableByJobs(folder);
}
