import * as z from 'zod';

/** A package that an SBOM tool found in one lockfile. */
export const componentSchema = z.strictObject({
  /** Package URL (purl-spec), canonical form. */
  purl: z.string().startsWith('pkg:').max(2000),
  name: z.string().min(1).max(1000),
  version: z.string().max(1000),
  /** The lockfile it was read from, and the one-based line of its entry. */
  path: z.string().min(1),
  line: z.int().min(1),
  scope: z.enum(['required', 'optional', 'development']),
  /** Algorithm, as CycloneDX names it, to lower-case hex. */
  hashes: z.record(z.string(), z.string()),
  /** SPDX licence expressions or names as the lockfile states them. */
  licenses: z.array(z.string()),
  /** purls of direct dependencies, where the lockfile tells. */
  dependsOn: z.array(z.string()),
});
export type Component = z.infer<typeof componentSchema>;
