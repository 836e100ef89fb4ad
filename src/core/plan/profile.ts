import * as z from 'zod';
import { toolId } from '../lib/category.js';

/** A named set of tools: `profiles/<name>.yaml`. Ids may be generic (sbom, dast): the policy's providers resolve them. */
export const profileSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    name: toolId,
    description: z.string().min(1).max(500),
    tools: z.array(toolId).min(1),
  })
  .describe('A named set of tools.');

export type ProfileFile = z.infer<typeof profileSchema>;

export const profileJsonSchema = (): object => z.toJSONSchema(profileSchema, { io: 'input' });
