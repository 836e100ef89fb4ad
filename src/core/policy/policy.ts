import * as z from 'zod';
import { ceiling } from '../lib/capability.js';
import { CATEGORIES, category, toolId } from '../lib/category.js';
import { size } from '../lib/quantity.js';
import { SANDBOX_LEVELS } from '../lib/sandbox/job.js';
import { SEVERITIES } from '../lib/severity.js';
import { unreadReason } from '../lib/unread.js';
import { trust, waivers } from './trust.js';

/** Kinds of supplier that a tool file may have (src/core/plan/supplier.ts). */
export const SUPPLIER_KINDS = ['embedded', 'npm', 'pypi', 'go', 'release'] as const;

const count = z.int().nonnegative();
const glob = z.string().min(1).max(500);

/** Highest allowed count by severity. */
export const thresholds = z
  .partialRecord(z.enum(SEVERITIES), count)
  .describe('Highest allowed number of findings by severity; an absent severity has no limit.');

/** What stands where a policy says nothing: silence is no permission. */
const DEFAULT_CEILING: z.input<typeof ceiling> = {
  memory: '2GiB',
  cpu: '30m',
  wall: '30m',
  pids: 256,
  output: '1GiB',
  tmp: '1GiB',
  net: 'none',
};
const READ_EXCLUDE = [{ name: 'installed-packages', globs: ['**/node_modules/**'] }];
const SECRETS_ONLY = [
  { name: 'environment-files', globs: ['**/.env*'] },
  { name: 'key-files', globs: ['**/*.pem', '**/*.key', '**/*.p12', '**/*.pfx', '**/*.jks'] },
];

const tools = z
  .strictObject({
    allow: z
      .union([z.literal('all'), z.array(toolId)])
      .default('all')
      .describe('Tools that may run: `all`, or ids.'),
    require: z.array(toolId).default([]).describe('Tools that every run must contain.'),
    forbid: z.array(toolId).default([]).describe('Tools that may never run; stronger than `allow`.'),
  })
  .describe('Which tools may, must and must not run.');

const ceilings = z
  .strictObject({
    default: ceiling.prefault(DEFAULT_CEILING),
    categories: z.partialRecord(z.enum(CATEGORIES), ceiling).default({}),
    tools: z.record(toolId, ceiling).default({}),
  })
  .describe('Ceilings on what a step may touch; the ceiling of a tool is taken before its category and the default.');

const budgets = z
  .strictObject({
    overall: thresholds.default({ critical: 0, high: 0 }).describe('Over all tools; `{}` means no limit.'),
    categories: z.partialRecord(category, thresholds).default({}),
    tools: z.record(toolId, thresholds).default({}),
    reviewNotes: count.optional().describe('Highest allowed number of review notes; absent means no limit.'),
  })
  .describe('Highest allowed counts of findings: over all tools, by category and by tool.');

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in lower-case hex');

const binary = z.strictObject({
  path: z.string().regex(/^\//, 'expected an absolute path').describe('Where the program is on this host.'),
  sha256: digest.describe('Its SHA-256; another file is not run.'),
  version: z.string().min(1).max(100).describe('Named in the evidence.'),
});

const toolchain = z
  .strictObject({
    suppliers: z
      .record(toolId, z.enum(SUPPLIER_KINDS))
      .default({})
      .describe('The kind of supplier that a tool is taken from, where it has several.'),
    repacked: z
      .array(toolId)
      .default([])
      .describe("Tools that may come in somebody else's package with a program that is not known as the official one."),
    binaries: z
      .record(toolId, binary)
      .default({})
      .describe('Programs of this host that are used in the place of an installed tool.'),
    toolFiles: z
      .record(toolId, digest)
      .default({})
      .describe(
        'Tool files of `--tools` that may be used, by the SHA-256 of the file, with its lock behind it where there is one.',
      ),
  })
  .describe('Where tools come from.');

const advisories = z
  .strictObject({
    maxAgeDays: z.int().positive().default(30).describe('Older advisories are incomplete evidence.'),
  })
  .describe('What advisory packs must be.');

const pathRule = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
    .describe('Named in the evidence beside what the rule left out.'),
  globs: z.array(glob).min(1),
  trackedToo: z
    .boolean()
    .default(false)
    .describe('Whether the rule also leaves out what git tracks; else hiding code there would be an off switch.'),
});

const paths = z
  .strictObject({
    readExclude: z
      .array(pathRule)
      .prefault(READ_EXCLUDE)
      .describe('Never read: left out of the snapshot, listed with a count.'),
    secretsOnly: z.array(pathRule).prefault(SECRETS_ONLY).describe('Read by secret scanners only.'),
    editDeny: z.array(pathRule).default([]).describe('May not be edited.'),
    editProtected: z.array(pathRule).default([]).describe('May be edited; flagged for review.'),
    editAllow: z.array(pathRule).default([]).describe('May be edited.'),
  })
  .describe('Path rules, in order of priority: readExclude, editDeny, editProtected, editAllow.');

const acceptance = z.strictObject({
  reasons: z.array(unreadReason).min(1).optional(),
  tools: z.array(toolId).min(1).optional(),
  paths: z.array(glob).min(1).optional(),
  because: z.string().min(1).max(500).describe('Why this gap is acceptable; kept in the evidence.'),
});

const incomplete = z
  .strictObject({
    unread: z.enum(['error', 'note']).default('error').describe('What a file that could not be judged means.'),
    accept: z.array(acceptance).default([]).describe('Gaps that are known and accepted; all given keys must match.'),
  })
  .describe('What incomplete evidence means. A step that failed is always an error.');

const sandbox = z
  .strictObject({
    embedded: z.enum(SANDBOX_LEVELS).default('namespaces').describe('Lowest sandbox level for embedded tools.'),
    external: z.enum(SANDBOX_LEVELS).default('bubblewrap').describe('Lowest sandbox level for all other tools.'),
    mustEnforce: z
      .array(z.enum(['memory', 'cpu', 'wall', 'pids', 'output', 'net', 'syscalls']))
      .default([])
      .describe('Limits that must be enforced on the host, not only declared.'),
  })
  .describe('How strongly steps are isolated.');

const source = z
  .strictObject({
    maxFiles: z.int().positive().default(200_000),
    maxFileSize: size.prefault('64MiB').describe('A larger file is unread.'),
    maxTotalSize: size.prefault('4GiB'),
    maxDepth: z.int().positive().max(1000).default(128).describe('Folders inside one another.'),
    maxArchiveRatio: z.int().positive().default(200).describe('Expanded size over compressed size.'),
  })
  .describe('Caps on the source; above them it is refused, never silently cut.');

/** The operator's policy. Where a key is absent, its default stands. */
export const policySchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    name: z.string().min(1).max(200).describe('Named in the evidence.'),
    tools: tools.prefault({}),
    providers: z
      .record(toolId, z.union([toolId, z.null()]))
      .default({ sbom: 'sbom-lockfiles', dast: null })
      .describe('Which tool a generic id (sbom, dast) stands for; null: none.'),
    substitutes: z
      .record(toolId, toolId)
      .default({})
      .describe('Tools that run in the place of others, such as `trivy: osv-scanner`; recorded in the evidence.'),
    toolchain: toolchain.prefault({}),
    advisories: advisories.prefault({}),
    trust: trust.prefault({}),
    waivers: waivers.prefault({}),
    ceilings: ceilings.prefault({}),
    budgets: budgets.prefault({}),
    paths: paths.prefault({}),
    incomplete: incomplete.prefault({}),
    sandbox: sandbox.prefault({}),
    source: source.prefault({}),
  })
  .describe('What the operator allows.');

export type Policy = z.infer<typeof policySchema>;
export type PathRule = z.infer<typeof pathRule>;
export type Acceptance = z.infer<typeof acceptance>;

/** JSON Schema of a policy file, for editors. */
export const policyJsonSchema = (): object => z.toJSONSchema(policySchema, { io: 'input' });
