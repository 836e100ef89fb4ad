import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxLevel } from '../../../../src/core/lib/sandbox/job.js';
import { openSandbox } from '../../../../src/core/lib/sandbox/open.js';
import { LIFETIMES } from './cases-lifetime.js';
import { LIMIT_CASES } from './cases-limits.js';
import { STAYS } from './cases-stays.js';
import { WALLS } from './cases-walls.js';
import type { Case } from './contract.js';

export const CASES: readonly Case[] = [...WALLS, ...LIMIT_CASES, ...LIFETIMES, ...STAYS];

/** Runs all cases at one level, a few at a time; the result holds what each failed with. */
export async function runSuite(
  level: SandboxLevel,
  folder: string,
  orchestrator: string,
): Promise<Record<string, string | null>> {
  const sandbox = await openSandbox({ force: level, scratch: folder });
  return runCases(CASES, folder, (one, place) => one.check({ sandbox, folder: place, orchestrator }));
}

/** Runs cases three at a time, each with an empty folder. */
export async function runCases<T extends Pick<Case, 'name'>>(
  cases: readonly T[],
  folder: string,
  check: (one: T, place: string) => Promise<void>,
): Promise<Record<string, string | null>> {
  const results: Record<string, string | null> = {};
  const pending = [...cases];
  const worker = async () => {
    for (let next = pending.shift(); next !== undefined; next = pending.shift())
      results[next.name] = await outcome(check(next, mkdtempSync(join(folder, 'case-'))));
  };
  await Promise.all([worker(), worker(), worker()]);
  return results;
}

async function outcome(checked: Promise<void>): Promise<string | null> {
  try {
    await checked;
    return null;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
