import * as z from 'zod';
import { toolId } from '../lib/category.js';
import { reportFormat } from '../lib/report-format.js';

const exitCode = z.int().min(0).max(255);
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in lower-case hex');

/** Machines that a lock entry can be for; `any` is code for an interpreter alone. */
export const PLATFORMS = ['any', 'linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'] as const;
export const platform = z.enum(PLATFORMS);
export type Platform = z.infer<typeof platform>;

const report = z
  .strictObject({
    format: reportFormat,
    file: fileName,
    drop: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Names of members, at any depth, that the stored report leaves out: times, random ids, quoted secrets.',
      ),
  })
  .describe('The report that the tool leaves in its output folder.');

const exitCodes = z
  .strictObject({ clean: z.array(exitCode).min(1), findings: z.array(exitCode).default([]) })
  .describe('Exit codes with which the report is to be read; every other code is an error.');

/** How an installed tool is started. Paths are the sandbox's: /src/view, /config, /tool, /assets, /out, /tmp. */
const run = z.strictObject({
  interpreter: z.enum(['none', 'node', 'python']).describe('What starts the entry; none: it is a program itself.'),
  entry: z
    .string()
    .regex(/^[A-Za-z0-9@_][A-Za-z0-9@_./:-]*$/)
    .describe('Path below the installed folder, or for python `module:function`.'),
  args: z.array(z.string()).describe('`{files}` stands for the paths of the files that the tool applies to.'),
  env: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string()).default({}),
  cwd: z.enum(['source', 'empty']).default('source').describe('Working directory: the source, or an empty folder.'),
  config: z.record(fileName, z.string()).default({}).describe('Files of our own under /config, by name.'),
  rules: z.string().optional().describe('A folder under rules/ that is mounted at /rules.'),
  proc: z.boolean().default(false).describe('Whether it needs /proc; it sees that of its own process namespace.'),
  stdout: z.boolean().default(false).describe('Whether the report is what the tool prints.'),
  report,
  exitCodes,
});
export type Run = z.infer<typeof run>;

const version = z.string().regex(/^v?[0-9][A-Za-z0-9.+-]*$/, 'expected an exact version');
const extra = {
  requires: z.array(z.string().min(1)).default([]).describe('Further packages, with exact versions.'),
  repacked: z
    .strictObject({ of: z.string().min(1), program: z.string().min(1), official: z.array(sha256).default([]) })
    .optional()
    .describe(
      "Somebody else's package around a program; used if its digest is an official one, or if the policy says so.",
    ),
};

/** Where a tool comes from. An embedded tool is a worker of this package; the others are installed. */
export const supplier = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('embedded'),
    worker: toolId,
    options: z
      .array(z.string().regex(/^--[a-z0-9=-]+$/))
      .default([])
      .describe('Options of Node for the worker.'),
    report: report.prefault({ format: 'findings-jsonl', file: 'report.jsonl' }),
    exitCodes: exitCodes.prefault({ clean: [0], findings: [0] }),
  }),
  z.strictObject({ kind: z.literal('npm'), package: z.string().min(1), version, ...extra, run }),
  z.strictObject({ kind: z.literal('pypi'), package: z.string().min(1), version, ...extra, run }),
  z.strictObject({
    kind: z.literal('go'),
    package: z.string().regex(/^[a-z0-9.-]+\.[a-z]+\/[A-Za-z0-9._/-]+$/),
    version,
    toolchain: z
      .string()
      .regex(/^go1\.[0-9]+\.[0-9]+$/)
      .describe('The exact Go toolchain that builds it.'),
    withToolchain: z
      .boolean()
      .default(false)
      .describe('Whether the toolchain is installed beside it, for tools that run it.'),
    run,
  }),
  z.strictObject({
    kind: z.literal('release'),
    project: z.url({ protocol: /^https$/ }),
    version,
    archives: z
      .partialRecord(
        platform,
        z.strictObject({
          url: z.url({ protocol: /^https$/ }),
          sha256,
          member: z
            .string()
            .min(1)
            .optional()
            .describe('Path of the program in the archive; absent: the file is the program.'),
        }),
      )
      .describe('By platform, the file with its SHA-256.'),
    run,
  }),
]);

export type Supplier = z.infer<typeof supplier>;
export type InstalledSupplier = Exclude<Supplier, { kind: 'embedded' }>;
export type SupplierKind = Supplier['kind'];
