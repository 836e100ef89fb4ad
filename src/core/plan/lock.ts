import { z } from 'zod';
import { toolId } from '../lib/category.js';

const hex = z.string().regex(/^[0-9a-f]{64}$/);

/** What may be executed for one embedded tool: every file of its worker folder by SHA-256. */
const lockEntry = z.strictObject({
  /** Version of the engine inside, such as Ruff's; for this project's own tools its version. */
  version: z.string().min(1),
  /** npm packages bundled into the worker, name to version. */
  packages: z.record(z.string(), z.string()),
  files: z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/), hex),
});

/** `tools/embedded.lock.json`, written by the build, committed, checked before each use. */
export const lockSchema = z.strictObject({ schemaVersion: z.literal(1), workers: z.record(toolId, lockEntry) });

export type LockEntry = z.infer<typeof lockEntry>;
export type Lock = z.infer<typeof lockSchema>;
