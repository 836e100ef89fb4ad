import * as z from 'zod';
import { SANDBOX_LEVELS, type SandboxLevel } from '../lib/sandbox/job.js';
import { readAuditLog } from './audit-log.js';
import type { BundleFolder } from './folder.js';
import { type Problems, Unsound } from './problems.js';

/** Of the run statement of a merge what binds the records of its shards. */
const shardsSchema = z
  .array(
    z.looseObject({
      shard: z.int().positive(),
      run: z.string().regex(/^\d{8}T\d{6}Z-[0-9a-f]{16}$/),
      sandbox: z.looseObject({ level: z.enum(SANDBOX_LEVELS) }),
      audit: z.strictObject({ head: z.string(), entries: z.int().nonnegative() }),
    }),
  )
  .min(1)
  .max(1000);

/** A run statement of a merge, or of one run, which has no `shards`. */
interface Merged {
  shards?: unknown;
  sandbox: { level: SandboxLevel };
}

/**
 * Checks what a merge says of its shards: all of them, each with its own log of decisions to its end, and in no weaker
 * sandbox than the merge says. Their files are held by the run statement as every other file of the record.
 */
export async function checkShards(
  folder: BundleFolder,
  at: string,
  { shards, sandbox }: Merged,
  problems: Problems,
): Promise<void> {
  if (shards === undefined) return;
  const known = await problems.attempt(`${at}/run.intoto.json`, () => {
    const read = shardsSchema.parse(shards);
    if (read.some(({ shard }, i) => shard !== i + 1)) throw new Unsound('does not name every shard once, in order');
    const weakest = SANDBOX_LEVELS.find((level) => read.some((one) => one.sandbox.level === level));
    if (weakest !== sandbox.level)
      throw new Unsound(`names the sandbox \`${sandbox.level}\`, a shard had \`${weakest}\``);
    return read;
  });
  for (const { shard, run, audit } of known ?? []) {
    const path = `${at}/shards/${shard}/audit.jsonl`;
    await problems.attempt(path, async () => {
      const { head, entries } = await readAuditLog(folder, path, run);
      if (head !== audit.head || entries !== audit.entries)
        throw new Unsound('does not end in the entry that the run statement names');
    });
  }
}
