import { z } from 'zod';
import { capabilities } from '../lib/capability.js';
import { category, toolId } from '../lib/category.js';

const exitCode = z.int().min(0).max(127);

/** Where a tool comes from. An embedded tool is a worker of this package; the others are installed. */
export const supplier = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('embedded'),
    worker: toolId,
    options: z
      .array(z.string().regex(/^--[a-z0-9=-]+$/))
      .default([])
      .describe('Options of Node for the worker.'),
  }),
  z.strictObject({ kind: z.enum(['npm', 'pypi', 'go']), package: z.string().min(1), version: z.string().min(1) }),
  z.strictObject({ kind: z.literal('release'), project: z.url({ protocol: /^https$/ }), version: z.string().min(1) }),
]);

/** One scanner as data: `tools/<id>.yaml`. */
export const toolSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    id: toolId,
    name: z.string().min(1).max(100),
    description: z.string().min(1).max(500),
    category,
    homepage: z.url({ protocol: /^https$/ }).optional(),
    supplier: supplier.describe('Where the tool comes from.'),
    report: z
      .strictObject({
        format: z.enum(['findings-jsonl', 'sarif']),
        file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
      })
      .describe('The report that the tool leaves in its output folder.'),
    exitCodes: z
      .strictObject({ clean: z.array(exitCode).min(1), findings: z.array(exitCode).default([]) })
      .describe('Exit codes with which the report is to be read; every other code is an error.'),
    appliesTo: z
      .strictObject({
        files: z.array(z.string().min(1)).min(1).describe('Globs; without a match the tool is not-applicable.'),
        sensitive: z.boolean().default(false).describe('Also files that only secret scanners read.'),
      })
      .describe('What the tool judges.'),
    judges: z.enum(['file', 'tree']).describe('Whether each file is judged by itself.'),
    assets: z
      .array(z.enum(['privacy']))
      .default([])
      .describe('Packs of the operator that are mounted read-only.'),
    capabilities,
    cost: z.number().positive().describe('CPU seconds for a MiB of input, roughly; longer steps start first.'),
    config: z.record(z.string(), z.unknown()).default({}),
  })
  .describe('One scanner.');

export type Tool = z.infer<typeof toolSchema>;

export const isEmbedded = (tool: Tool): tool is Tool & { supplier: { kind: 'embedded' } } =>
  tool.supplier.kind === 'embedded';

export const toolJsonSchema = (): object => z.toJSONSchema(toolSchema, { io: 'input' });
