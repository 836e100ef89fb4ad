import * as z from 'zod';

/** Kinds of tools; each has a folder under `reports/` and may have its own budget. */
export const CATEGORIES = ['sast', 'secrets', 'privacy', 'sbom', 'sca', 'iac', 'dast', 'review'] as const;
export const category = z.enum(CATEGORIES);
export type Category = z.infer<typeof category>;

export const toolId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected an id of lower-case letters, digits and dashes')
  .describe('A tool id, such as ruff.');
