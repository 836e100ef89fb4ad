import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sending } from '../../../../src/cli/dagger.js';
import type { Job, JobResult, Sandbox } from '../../../../src/core/lib/sandbox/job.js';
import type { DaggerEngine, DaggerOptions } from '../../../../src/core/runtime/dagger/open.js';
import { type JobOptions, scriptJob } from '../../lib/sandbox/contract.js';

/** What holds of an engine beside the contract, each case with an empty folder and as many sessions as it wants. */
export interface EngineCase {
  name: string;
  check(world: EngineWorld): Promise<void>;
}

/** What a case does in one session. */
export type EngineUse = (sandbox: Sandbox, engine: DaggerEngine, options: DaggerOptions) => Promise<void>;

export interface EngineWorld {
  folder: string;
  /** What it sends lies in `folder`, or is as `sending` says. */
  inSession(place: string, cache: boolean, use: EngineUse, sending?: Pick<Sending, 'inputs' | 'fixed'>): Promise<void>;
}

export interface Ran {
  result: JobResult;
  job: Job;
  id: string;
}

/** Leaves another text each time that it runs. */
export const TELLS = "require('fs').writeFileSync('/out/id', require('crypto').randomUUID()); console.log('said')";

/** So that nothing of an earlier run of these tests is the same. */
export const unlike = (script: string) => `// ${randomUUID()}\n${script}`;

/** A job that leaves a text in /out/id, which says `none` before. */
export function tellingJob(folder: string, script: string, options: JobOptions = {}): { job: Job; id: () => string } {
  const job = scriptJob(folder, script, options);
  const path = join(job.mounts.find(({ to }) => to === '/out')?.from ?? '', 'id');
  writeFileSync(path, 'none');
  return { job, id: () => readFileSync(path, 'utf8') };
}

/** Runs a script in a session of its own. */
export async function ran(
  { folder, inSession }: EngineWorld,
  script: string,
  options: JobOptions = {},
  cache = true,
): Promise<Ran> {
  const { job, id } = tellingJob(folder, script, options);
  let result: JobResult | undefined;
  await inSession(folder, cache, async (sandbox) => {
    result = await sandbox.run(job, new AbortController().signal);
  });
  assert.ok(result);
  return { result, job, id: id() };
}
