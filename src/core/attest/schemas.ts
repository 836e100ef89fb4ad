import * as z from 'zod';
import { category } from '../lib/category.js';
import { SANDBOX_LEVELS } from '../lib/sandbox/job.js';
import { keyidSchema } from '../lib/signing/keys.js';
import { unreadReason } from '../lib/unread.js';
import { SIGNATURE_FORMATS } from './sign.js';

/**
 * The predicates of this project as schemas: their types and the JSON Schemas in schema/ come from here. They are open,
 * as fields may be added within a version.
 */
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().nonnegative();
const digest = z.object({ sha256: hex });
const verdict = z.enum(['pass', 'fail', 'error']);
const time = z.iso.datetime().describe('RFC 3339.');
const status = z.enum(['clean', 'findings', 'not-applicable', 'skipped', 'cancelled', 'error']);
const gitId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

const outcome = z.object({
  step: z.string(),
  tool: z.string(),
  category: category.nullable(),
  status: status.describe('Nothing but `clean` and `findings` says that the tool looked at its files.'),
  error: z.object({ cause: z.string(), message: z.string(), remedy: z.string() }).nullable(),
  reason: z.string().nullable().describe('With `skipped` and `cancelled`: who or what, and why.'),
  files: count.describe('Files that the step was given.'),
  findings: count,
  suppressed: count.describe('Results that the tool marked as suppressed; they count all the same.'),
  unread: z
    .array(z.object({ path: z.string(), reason: unreadReason, detail: z.string() }))
    .readonly()
    .describe('Files that it was given and did not judge.'),
});

const edit = z.object({
  path: z.string(),
  change: z.enum(['added', 'changed', 'removed']),
  decision: z.enum(['denied', 'protected', 'unlisted']),
  rule: z.string(),
});

const baseline = z.object({
  kind: z.enum(['bundle', 'ref']),
  id: z.string(),
  commit: gitId.nullable(),
  steps: z.array(z.object({ step: z.string(), status })).readonly(),
  edits: z.array(edit).readonly().describe('Changed paths that an edit rule of the policy is about.'),
});

const tool = z.object({
  tool: z.string(),
  version: z.string().optional().describe('Of the engine; absent for skipped tools, as are the next two.'),
  digest: digest.optional().describe('Of the lock entry: the SHA-256 of every file that was executed.'),
  arguments: digest.optional().describe('Of the canonical arguments.'),
  outcome,
});

const artifact = z.object({ path: z.string(), sha256: hex, size: count, mediaType: z.string() });

/** What the scan statement claims: a function of source, plan and toolchain. */
export const scanPredicate = z
  .object({
    verdict,
    profile: z.string(),
    plan: digest.describe('Of inputs/plan.json.'),
    policy: z.object({ name: z.string(), sha256: hex }),
    manifest: digest.nullable().describe('Of the manifest without notification targets.'),
    ruleset: digest.describe('Of all rules, tool files and profiles of the package.'),
    source: z.object({ treeDigest: hex, dirty: z.boolean().describe('Whether it differs from the commit.') }),
    baseline: baseline.nullable().describe('What the run was compared with.'),
    tools: z.array(tool).describe('One entry for each step and each tool that was skipped.'),
    artifacts: z.array(artifact).describe('Every file that bundle.json lists.'),
  })
  .describe('Predicate scan/v1: what was scanned, with which tools, and what came of it.');
export type ScanPredicate = z.infer<typeof scanPredicate>;

const end = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exited'), exitCode: z.int() }),
  z.object({ kind: z.literal('signalled'), signal: z.string() }),
  z.object({ kind: z.literal('timeout'), limit: z.enum(['wallSeconds', 'cpuSeconds']) }),
  z.object({ kind: z.literal('memory') }),
  z.object({ kind: z.literal('output') }),
  z.object({ kind: z.literal('cancelled') }),
  z.object({ kind: z.literal('not-started'), reason: z.string() }),
]);

const processRecord = z.object({
  id: z.string().describe('The step, or `<step>.reader` for the reader of its report.'),
  end,
  wallMs: count,
  cpuMs: count.nullable(),
  maxRssBytes: count.nullable(),
  logTruncated: z.boolean(),
  cached: z
    .boolean()
    .optional()
    .describe('True: an engine’s earlier answer to the same job with the same inputs; the times are those of then.'),
});
export type ProcessRecord = z.infer<typeof processRecord>;

/** Where and how a process of this program ran tools. */
const ran = {
  run: z.string().describe('Start time and a random part.'),
  started: time,
  finished: time,
  generator: z.object({ name: z.literal('security-scan'), version: z.string() }),
  host: z.object({ platform: z.string(), arch: z.string(), kernel: z.string(), cpus: count }),
  runtime: z.enum(['local', 'dagger']),
  sandbox: z.object({
    level: z.enum(SANDBOX_LEVELS),
    unsandboxed: z.boolean().describe('The operator gave up the sandbox.'),
    enforcement: z.record(z.string(), z.string()).describe('By limit what enforced it, or `declared`.'),
  }),
  substrate: z.record(z.string(), z.object({ path: z.string(), version: z.string() })),
  processes: z.array(processRecord),
  audit: z.object({ head: hex, entries: count }).describe('Hash of the last entry of audit.jsonl, and their number.'),
};

/** The run that left one shard. */
export const shardRun = z.object({ shard: z.int().positive(), ...ran });
export type ShardRun = z.infer<typeof shardRun>;

/** What varies from run to run, and therefore stands apart from the evidence. */
export const runPredicate = z
  .object({
    ...ran,
    verdict: z.object({ verdict, exitCode: count, exitZero: z.boolean() }),
    files: z.array(z.object({ path: z.string(), sha256: hex, size: count })).describe('The other files of the record.'),
    signers: z
      .array(keyidSchema)
      .describe('Fingerprints of the keys that sign this run and its evidence, sorted; none when it is unsigned.'),
    signatureFormats: z.array(z.enum(SIGNATURE_FORMATS)).describe('The forms in which each of them signs, sorted.'),
    shards: z
      .array(shardRun)
      .readonly()
      .optional()
      .describe(
        'Of a merge: the runs that made its parts. `sandbox` is then the weakest of theirs, `processes` is empty.',
      ),
  })
  .describe('Predicate run/v1: what varies from run to run.');
export type RunPredicate = z.infer<typeof runPredicate>;

export const scanPredicateJsonSchema = (): object => z.toJSONSchema(scanPredicate, { io: 'input' });
export const runPredicateJsonSchema = (): object => z.toJSONSchema(runPredicate, { io: 'input' });
