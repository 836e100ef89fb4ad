import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { coverage } from '../advisories/coverage.js';
import { mountPacks } from '../advisories/mount.js';
import { Fault } from '../lib/errors.js';
import type { Mount } from '../lib/sandbox/job.js';
import type { Unread } from '../lib/unread.js';
import type { Step } from '../plan/plan.js';
import type { StepContext } from './context.js';
import type { HandedFile } from './input.js';
import { readableByJobs } from './readable.js';

/** What a step's advisories let it judge. */
export interface Advised {
  covered: readonly HandedFile[];
  /** Files that it cannot judge: without fresh advisories the answer "no vulnerability" would be worth nothing. */
  unread: readonly Unread[];
  mounts: readonly Mount[];
}

/** Lays out the advisories of a step. Throws `Fault` code `advisories` when they cover none of its files. */
export async function advise(
  step: Step,
  files: readonly HandedFile[],
  folder: string,
  context: StepContext,
): Promise<Advised> {
  if (step.advisories === null) return { covered: files, unread: [], mounts: [] };
  const { kind, packs } = step.advisories;
  const known = new Map(packs.map((pack) => [pack.name, pack]));
  const paths = files.map(({ path }) => path);
  const { covered, gaps } = coverage(kind, paths, known, step.advisories);
  if (covered.length === 0)
    throw new Fault('advisories', `${step.tool} has no advisories: ${gaps[0]?.detail}`, 'Get them, then run again.');
  const to = join(folder, 'advisories');
  await mkdir(to, { recursive: true });
  await mountPacks(
    packs.map((pack) => ({ ...pack, kind })),
    context.catalog.advisories,
    to,
  );
  await readableByJobs(to);
  const judged = new Set(covered);
  return {
    covered: files.filter(({ path }) => judged.has(path)),
    unread: gaps.map(({ path, detail }) => ({ path, reason: 'no-advisories', detail })),
    mounts: [{ from: to, to: `/assets/${kind}`, access: 'read' }],
  };
}
