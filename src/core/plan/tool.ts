import * as z from 'zod';
import { capabilities } from '../lib/capability.js';
import { category, toolId } from '../lib/category.js';
import { type Supplier, supplier } from './supplier.js';

/** One scanner as data: `tools/<id>.yaml`. */
export const toolSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    id: toolId,
    name: z.string().min(1).max(100),
    description: z.string().min(1).max(500),
    category,
    homepage: z.url({ protocol: /^https$/ }).optional(),
    license: z.string().min(1).optional().describe('SPDX expression of the scanner.'),
    suppliers: z
      .array(supplier)
      .describe('Where the tool comes from; the first is used unless the policy names another kind.'),
    appliesTo: z
      .strictObject({
        files: z.array(z.string().min(1)).min(1).describe('Globs; without a match the tool is not-applicable.'),
        sensitive: z.boolean().default(false).describe('Also files that only secret scanners read.'),
        history: z.boolean().default(false).describe('Also the history of the repository, at /src/history.git.'),
        links: z
          .boolean()
          .default(false)
          .describe('Also symbolic links, each with what it leads to; for a worker of ours.'),
      })
      .describe('What the tool judges.'),
    neutralise: z
      .array(z.string().min(1))
      .default([])
      .describe('Globs of files by which a tree would steer the tool; it sees them under another name.'),
    judges: z.enum(['file', 'tree']).describe('Whether each file is judged by itself.'),
    assets: z
      .array(z.enum(['privacy']))
      .default([])
      .describe('Packs of the operator that are mounted read-only.'),
    advisories: z
      .enum(['osv', 'retire', 'trivy', 'grype'])
      .optional()
      .describe('The kind of advisory packs that the tool judges by.'),
    capabilities,
    cost: z.number().positive().describe('CPU seconds for a MiB of input, roughly; longer steps start first.'),
    config: z.record(z.string(), z.unknown()).default({}),
  })
  .refine(({ appliesTo, suppliers }) => !appliesTo.links || suppliers.every(({ kind }) => kind === 'embedded'), {
    path: ['appliesTo', 'links'],
    error: 'links are given to workers of this package alone',
  })
  .describe('One scanner.');

export type Tool = z.infer<typeof toolSchema>;

/** The tool that is part of every run that obeys another commit's rules. */
export const CONTROL_FILES = 'control-files';

/** The supplier of the kind that the policy names, else the first. Undefined when the tool has none of that kind. */
export const supplierOf = (tool: Tool, kind?: Supplier['kind']): Supplier | undefined =>
  kind === undefined ? tool.suppliers[0] : tool.suppliers.find((supplier) => supplier.kind === kind);

/** Whether the tool comes with this package, so that it runs without an installation. */
export const isEmbedded = (tool: Tool): boolean => supplierOf(tool)?.kind === 'embedded';

export const toolJsonSchema = (): object => z.toJSONSchema(toolSchema, { io: 'input' });
