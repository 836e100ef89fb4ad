import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { ShardRun } from '../attest/schemas.js';
import type { RunFacts } from '../attest/write.js';
import { writeLogs } from '../bundle/run-record.js';
import type { Audit } from '../lib/audit.js';
import { readJsonLines } from '../lib/plain-file.js';
import { SANDBOX_LEVELS } from '../lib/sandbox/job.js';
import { readCanonical } from '../verify/document.js';
import { Unsound } from '../verify/problems.js';
import { inForm, type OpenShard } from './open.js';
import { shardWords } from './shard.js';

/** What the statement about a merge says of the run that left a shard. */
export function shardRunOf({ index, run: { schemaVersion: _, ...run } }: OpenShard): ShardRun {
  return { shard: index.shard.index, ...run };
}

/** One sandbox for all shards, at its word: the weakest level, and what enforced each limit everywhere. */
export function weakestSandbox(shards: readonly OpenShard[]): RunFacts['sandbox'] {
  const runs = shards.map(({ run }) => run);
  const level = SANDBOX_LEVELS.find((one) => runs.some(({ sandbox }) => sandbox.level === one)) ?? 'none';
  const limits = [...new Set(runs.flatMap(({ sandbox }) => Object.keys(sandbox.enforcement)))].sort();
  const enforcement = limits.map((limit) => [
    limit,
    enforcedBy(
      runs.map(({ sandbox }) => (Object.hasOwn(sandbox.enforcement, limit) ? sandbox.enforcement[limit] : undefined)),
    ),
  ]);
  const [first, ...others] = runs.map(({ substrate }) => Object.entries(substrate));
  const substrate = (first ?? []).filter(([name, { path, version }]) =>
    others.every((entries) => entries.some(([n, one]) => n === name && one.path === path && one.version === version)),
  );
  return { level, enforcement: Object.fromEntries(enforcement), substrate: Object.fromEntries(substrate) };
}

/** Where one shard only declared a limit, nobody enforced it for the whole. */
function enforcedBy(ways: readonly (string | undefined)[]): string {
  const known = [...new Set(ways.map((way) => way ?? 'declared'))].sort();
  return known.includes('declared') ? 'declared' : known.join('; ');
}

const LOGS = ['stdout', 'stderr', 'reader.stderr'];

const processTimes = z.strictObject({
  id: z.string().max(200),
  wallMs: z.number(),
  cpuMs: z.number().nullable(),
  maxRssBytes: z.number().nullable(),
});
const timingsSchema = z.strictObject({
  schemaVersion: z.literal(1),
  wallMs: z.number(),
  ownCpuMs: z.number(),
  ownMaxRssBytes: z.number(),
  processes: z.array(processTimes).max(10_000),
});
const word = z.string().max(200);
const eventSchema = z.strictObject({
  time: z.iso.datetime(),
  type: word,
  step: word.optional(),
  state: word.optional(),
});

/**
 * Keeps the record of a shard's run in that of the merge, under `shards/<n>/`, and chains its log of decisions to the
 * merge's own. Logs are redacted again: who wrote them is not known. Throws `Refusal` for a record that is not in form.
 */
export async function keepRecord(shard: OpenShard, record: string, audit: Audit): Promise<void> {
  const { index, run, folder, sha256 } = shard;
  const from = `runs/${run.run}`;
  const to = join(record, 'shards', `${index.shard.index}`);
  const place = (name: string) => join(folder.root, from, name);
  await mkdir(to, { recursive: true });
  await inForm(shard, `${from}/events.jsonl`, async () => {
    for await (const value of readJsonLines(place('events.jsonl'))) eventSchema.parse(value);
  });
  await inForm(shard, `${from}/timings.json`, () => readCanonical(folder, `${from}/timings.json`, timingsSchema));
  for (const name of ['audit.jsonl', 'events.jsonl', 'timings.json']) await copyFile(place(name), join(to, name));
  const logs = folder.files
    .filter((path) => dirname(path) === `${from}/logs`)
    .map((path) => path.slice(from.length + 6));
  await inForm(shard, `${from}/logs`, async () => {
    const own = shard.outcomes.flatMap(({ step }) => LOGS.map((kind) => `${step}.${kind}.log`));
    const strange = logs.find((name) => !own.includes(name));
    if (strange !== undefined) throw new Unsound(`has ${strange}, a log of no step of its part`);
  });
  await writeLogs(
    to,
    logs.map((name) => ({ name, path: place(join('logs', name)) })),
  );
  const { head, entries } = run.audit;
  const reason = `shard.json ${sha256}, audit log ends in ${head} after ${entries} entries`;
  const what = shardWords(index.shard);
  audit.record({ kind: 'state', what, from: `run ${run.run}`, to: 'merged', actor: 'operator', reason });
}
