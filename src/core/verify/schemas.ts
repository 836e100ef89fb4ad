import * as z from 'zod';
import { SIGNATURE_FORMATS } from '../attest/sign.js';
import { network } from '../lib/capability.js';
import { CATEGORIES, category, toolId } from '../lib/category.js';
import { SANDBOX_LEVELS } from '../lib/sandbox/job.js';
import { keyidSchema } from '../lib/signing/keys.js';
import { unreadReason } from '../lib/unread.js';
import type { Manifest } from '../manifest/manifest.js';
import { manifestSchema } from '../manifest/schema.js';
import type { Plan } from '../plan/plan.js';
import { type Policy, policySchema, thresholds } from '../policy/policy.js';
import { trust, waivers } from '../policy/trust.js';

/**
 * What `verify` reads of each document. Members that it only carries along stay as they are: their bytes are digested and
 * compared, never interpreted.
 */
const hex = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in lower-case hex');
const count = z.int().nonnegative();
const text = z.string().max(10_000);

/** A name that every object has would be read from its prototype where counts are kept by tool. */
const tool = toolId.refine((id) => !(id in {}), 'expected the id of a tool');

/** A relative path with no way out of the folder. */
const path = z
  .string()
  .max(1024)
  .refine((value) => value.split('/').every((name) => !['', '.', '..'].includes(name)) && !/[\\\0]/.test(value), {
    error: 'expected a relative path without `.` and `..`',
  });

const indexEntry = z.strictObject({ path, sha256: hex, size: count, mediaType: z.string().min(1).max(100) });

export const indexSchema = z.strictObject({ schemaVersion: z.literal(1), files: z.array(indexEntry).max(100_000) });
export type BundleIndex = z.infer<typeof indexSchema>;

const unread = z.strictObject({ path: text, reason: unreadReason, detail: text });
const STATUSES = ['clean', 'findings', 'not-applicable', 'skipped', 'cancelled', 'error'] as const;
const status = z.enum(STATUSES);
const CAUSES = [
  'missing',
  'digest',
  'not-started',
  'crash',
  'exit-code',
  'timeout',
  'memory',
  'output',
  'report',
  'reader',
  'advisories',
] as const;

const outcome = z.strictObject({
  step: text,
  tool,
  category: category.nullable(),
  status,
  error: z.strictObject({ cause: z.enum(CAUSES), message: text, remedy: text }).nullable(),
  reason: text.nullable(),
  files: count,
  findings: count,
  suppressed: count,
  unread: z.array(unread),
});

const edit = z.strictObject({
  path: text,
  change: z.enum(['added', 'changed', 'removed']),
  decision: z.enum(['denied', 'protected', 'unlisted']),
  rule: text,
});

const baseline = z.strictObject({
  kind: z.enum(['bundle', 'ref']),
  id: text,
  commit: text.nullable(),
  steps: z.array(z.strictObject({ step: text, status })),
  edits: z.array(edit),
});

const gitId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
const time = z.iso.datetime();
const subject = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('gitCommit'), commit: gitId, tree: gitId, time }),
  z.strictObject({ kind: z.literal('tree'), digest: hex, baseCommit: gitId.optional(), time: time.optional() }),
]);

/** summary.json: facts that cannot be recomputed from the bundle; the rest of it is rendered again and compared. */
export const summarySchema = z.looseObject({
  schemaVersion: z.literal(1),
  verdict: z.enum(['pass', 'fail', 'error']),
  source: z.strictObject({ subject, treeDigest: hex, dirty: z.boolean(), origin: text.nullable(), files: count }),
  baseline: baseline.nullable(),
  coverage: z.strictObject({ files: count, givenToCodeScanners: count }),
  tools: z.array(outcome),
  cancelled: text.optional(),
  unread: z.looseObject({ snapshot: z.array(unread) }),
  excluded: z.array(z.strictObject({ rule: text, class: text, count })),
  ignored: count,
});
export type Summary = z.infer<typeof summarySchema>;

const incomplete = z.strictObject({
  unread: z.enum(['error', 'note']),
  accept: z
    .array(
      z.strictObject({
        reasons: z.array(unreadReason).optional(),
        tools: z.array(toolId).optional(),
        paths: z.array(z.string().max(500)).optional(),
        because: z.string(),
      }),
    )
    .max(1000),
});

/** Capabilities as they are once read: bytes and seconds. */
const rights = z.strictObject({
  memory: count,
  cpu: count,
  wall: count,
  pids: count,
  output: count,
  tmp: count,
  net: network,
});
const ceiling = rights.partial();

const planParts = z.looseObject({
  schemaVersion: z.literal(1),
  profile: z.strictObject({ name: text, origin: z.enum(['built-in', 'manifest']) }),
  manifest: z.strictObject({ digest: hex, product: text, version: text, signedBy: text.nullable() }).nullable(),
  policy: z.strictObject({ name: text, digest: hex, signedBy: text.nullable() }),
  rulesetDigest: hex,
  budgets: z.strictObject({
    overall: thresholds,
    categories: z.partialRecord(z.enum(CATEGORIES), thresholds),
    tools: z.record(tool, thresholds),
    reviewNotes: count.nullable(),
  }),
  incomplete,
  baseline: z.strictObject({ kind: z.enum(['bundle', 'ref']), id: text }).nullable(),
  base: z
    .strictObject({
      ref: text,
      commit: gitId,
      authenticated: z.enum(['commit', 'policy']).nullable(),
      took: z.array(text).max(1000),
    })
    .nullable(),
  exceptions: z.looseObject({ maxFindings: count, inSource: z.array(tool) }),
  waivers: z.strictObject({ digest: hex, asOf: z.iso.date() }).nullable(),
  steps: z
    .array(
      z.looseObject({
        id: text,
        tool,
        category,
        capabilities: rights,
        version: text,
        digest: hex,
        definition: hex,
        args: z.array(text),
        program: z.looseObject({ from: z.string() }),
      }),
    )
    .max(1000),
});

const policyParts = z.looseObject({
  name: text,
  tools: z.strictObject({
    allow: z.union([z.literal('all'), z.array(toolId)]),
    require: z.array(toolId),
    forbid: z.array(toolId),
  }),
  providers: policySchema.shape.providers.unwrap(),
  substitutes: policySchema.shape.substitutes.unwrap(),
  ceilings: z.strictObject({
    default: ceiling,
    categories: z.partialRecord(z.enum(CATEGORIES), ceiling),
    tools: z.record(tool, ceiling),
  }),
  budgets: z.looseObject({
    overall: thresholds,
    categories: z.partialRecord(z.enum(CATEGORIES), thresholds),
    tools: z.record(tool, thresholds),
    reviewNotes: count.optional(),
  }),
  incomplete,
  trust,
  waivers,
});

const manifestParts = z.looseObject({
  owners: manifestSchema.shape.owners,
  compliance: manifestSchema.shape.compliance,
});

/** The value itself, once the parts of it that are read are known to be sound. */
const whole = <T>(parts: z.ZodType) =>
  z.custom<T>().superRefine((value, context) => {
    for (const { path: at, message } of parts.safeParse(value).error?.issues ?? [])
      context.addIssue({ code: 'custom', path: at, message });
  });

export const planSchema = whole<Plan>(planParts);
export const manifestInBundle = whole<Manifest>(manifestParts);
export const policyInBundle = whole<Policy>(policyParts);
export const toolInBundle = z.looseObject({ id: tool, name: text, homepage: text.optional() });

export const statementSchema = z.looseObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(z.looseObject({ name: z.string().optional(), digest: z.record(z.string(), z.string()) })).min(1),
  predicateType: z.string(),
});

/** Each once, in the order of code units. */
const sorted = <T extends z.ZodType<string>>(item: T, most: number) =>
  z
    .array(item)
    .max(most)
    .refine((all) => all.every((one, i) => i === 0 || String(all[i - 1]) < one), 'expected each once, sorted');

const recordFile = z.strictObject({ path, sha256: hex, size: count });

/** `run.intoto.json`; of the predicate what binds the record together. */
export const runStatementSchema = statementSchema.extend({
  predicate: z.looseObject({
    run: z.string().regex(/^\d{8}T\d{6}Z-[0-9a-f]{16}$/),
    started: time,
    finished: time,
    sandbox: z.looseObject({ level: z.enum(SANDBOX_LEVELS), unsandboxed: z.boolean() }),
    verdict: z.strictObject({ verdict: z.enum(['pass', 'fail', 'error']), exitCode: count, exitZero: z.boolean() }),
    audit: z.strictObject({ head: hex, entries: count }),
    files: z.array(recordFile).max(10_000).optional(),
    signers: sorted(keyidSchema, 32),
    signatureFormats: sorted(z.enum(SIGNATURE_FORMATS), SIGNATURE_FORMATS.length),
  }),
});
export type RunStatement = z.infer<typeof runStatementSchema>;
