import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { globMatcher } from '../lib/paths.js';
import type { Mount } from '../lib/sandbox/job.js';
import type { Step } from '../plan/plan.js';
import { linkStates } from '../source/link-states.js';
import type { Snapshot, SnapshotEntry } from '../source/snapshot.js';
import { readableByJobs } from './readable.js';

/** One file handed to a step; `at` is its place under /src. A link has no place, and what it leads to as `link`. */
export interface HandedFile {
  path: string;
  at: string;
  size: number;
  link?: string;
}

/** The files that a step is given: those of the snapshot that its globs name, in canonical order; links if it asks for them. */
function filesFor({ appliesTo }: Step, entries: readonly SnapshotEntry[]): HandedFile[] {
  const matches = globMatcher(appliesTo.files, true);
  const links = appliesTo.links ? linkStates(entries, matches) : new Map<string, string>();
  return entries
    .filter((entry) => entry.mode !== '120000' || appliesTo.links)
    .filter((entry) => (entry.class === 'general' || appliesTo.sensitive) && matches(entry.path))
    .map(({ path, class: kind, at, size }) => {
      const link = links.get(path);
      return link === undefined ? { path, at: `${kind}/${at}`, size } : { path, at: '', size, link };
    });
}

/** For each step, by id, the files that it is given. */
export type Handed = ReadonlyMap<string, readonly HandedFile[]>;

/** Decides once for a run which step is given which files. */
export const handOut = (steps: readonly Step[], entries: readonly SnapshotEntry[]): Handed =>
  new Map(steps.map((step) => [step.id, filesFor(step, entries)]));

/**
 * How many files of the snapshot a code scanner was given. The others were looked at for secrets alone, or by nobody:
 * silence about them says nothing about code in them.
 */
export function coverageOf(steps: readonly Step[], handed: Handed, entries: readonly SnapshotEntry[]): Coverage {
  const scanners = steps.filter(({ category }) => category === 'sast');
  const given = new Set(scanners.flatMap(({ id }) => handed.get(id)?.map(({ path }) => path) ?? []));
  return { files: entries.length, givenToCodeScanners: given.size };
}

export interface Coverage {
  files: number;
  givenToCodeScanners: number;
}

/** The snapshot as a step may see it. */
export function sourceMounts(step: Step, snapshot: Snapshot): Mount[] {
  const classes = step.appliesTo.sensitive ? ['general', 'sensitive'] : ['general'];
  return classes.map((name) => ({
    from: join(snapshot.folder, name),
    to: `/src/${name}`,
    access: 'read',
    settled: true,
  }));
}

/** Writes what the step reads from /in. */
export async function writeInput(
  folder: string,
  files: readonly HandedFile[],
  documents: Record<string, unknown>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'files.jsonl'), lines(files));
  await addInput(folder, documents);
}

/** In pieces: as one text the list of a large tree would stand in memory twice. */
function* lines(files: readonly HandedFile[]): Generator<string> {
  for (let start = 0; start < files.length; start += 1000)
    yield files
      .slice(start, start + 1000)
      .map((file) => `${JSON.stringify(file)}\n`)
      .join('');
}

/** Adds documents to what is read from /in. */
export async function addInput(folder: string, documents: Record<string, unknown>): Promise<void> {
  const entries = Object.entries(documents);
  await Promise.all(entries.map(([name, value]) => writeFile(join(folder, name), JSON.stringify(value))));
  await readableByJobs(folder);
}
