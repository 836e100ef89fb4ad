import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { readPlainFile } from '../../lib/plain-file.js';
import { type ContainerAnswer, LEFT } from '../../lib/sandbox/container.js';
import type { Job } from '../../lib/sandbox/job.js';
import { type PlainFiles, unpackFiles } from '../../lib/sandbox/plain-files.js';

const MAX_ANSWER = 2 ** 20;
/** A million files with long paths; it is held in memory whole. */
const MAX_LIST = 2 ** 28;

const endSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('exited'), exitCode: z.number().int() }),
  z.strictObject({ kind: z.literal('signalled'), signal: z.string() }),
  z.strictObject({ kind: z.literal('timeout'), limit: z.enum(['wallSeconds', 'cpuSeconds']) }),
  z.strictObject({ kind: z.literal('memory') }),
  z.strictObject({ kind: z.literal('output') }),
  z.strictObject({ kind: z.literal('not-started'), reason: z.string() }),
]);

const answerSchema = z.strictObject({
  order: z.string(),
  began: z.strictObject({ boot: z.string(), ms: z.number() }),
  facts: z.strictObject({
    interfaces: z.array(z.string()),
    filtered: z.boolean(),
    tmpBytes: z.number().nullable(),
    sharedBytes: z.number().nullable(),
    counted: z.boolean(),
    programs: z.record(z.string(), z.strictObject({ path: z.string(), version: z.string() })),
  }),
  result: z.strictObject({
    end: endSchema,
    wallMs: z.number(),
    cpuMs: z.number().nullable(),
    maxRssBytes: z.number().nullable(),
    stdoutBytes: z.number(),
    stderrBytes: z.number(),
    logTruncated: z.boolean(),
  }),
});

/** Reads what the agent said. Throws when it is not the answer to the order with that digest. */
export async function readAnswer(folder: string, order: string): Promise<ContainerAnswer> {
  const text = await readPlainFile(join(folder, LEFT.answer), MAX_ANSWER);
  const answer = answerSchema.parse(JSON.parse(text.toString('utf8')));
  if (answer.order !== order) throw new Error('the engine gave the answer to another order');
  return answer;
}

/** Which plain files a job left in the write mount of that place in the order, which stays. */
export const readStayed = async (folder: string, index: number): Promise<PlainFiles> =>
  unpackFiles(await readPlainFile(join(folder, LEFT.files(index)), MAX_LIST));

/** Puts logs and write mounts where the job wanted them, but for what stays; a link that lies there is replaced, never followed. */
export async function takeOut(folder: string, job: Pick<Job, 'stdout' | 'stderr' | 'mounts'>): Promise<void> {
  await rename(join(folder, LEFT.stdout), job.stdout);
  await rename(join(folder, LEFT.stderr), job.stderr);
  const writes = job.mounts.filter(({ access }) => access === 'write');
  for (const [index, { from, stays }] of writes.entries()) {
    if (stays) continue;
    await rm(from, { recursive: true, force: true });
    await rename(join(folder, String(index)), from);
  }
}
