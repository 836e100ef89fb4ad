import * as z from 'zod';
import { toolId } from '../lib/category.js';
import { platform } from './supplier.js';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const path = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/);

/** What may be executed for one embedded tool: every file of its worker folder by SHA-256. */
const workerEntry = z.strictObject({
  /** Version of the engine inside, such as Ruff's; for this project's own tools its version. */
  version: z.string().min(1),
  /** npm packages bundled into the worker, name to version. */
  packages: z.record(z.string(), z.string()),
  files: z.record(path, hex),
});

/** `tools/embedded.lock.json`, written by the build, committed, checked before each use. */
export const lockSchema = z.strictObject({ schemaVersion: z.literal(1), workers: z.record(toolId, workerEntry) });

export type WorkerEntry = z.infer<typeof workerEntry>;
export type Lock = z.infer<typeof lockSchema>;

/** One thing that was fetched to make an installed tool, with the digest by which it is fetched again. */
const artifact = z.strictObject({
  name: z.string().min(1),
  version: z.string().min(1),
  /** File name of a wheel or archive. */
  file: z.string().min(1).optional(),
  /** `sha256-<hex>` of a file, npm's `sha512-<base64>`, or Go's `h1:<base64>`. */
  integrity: z.string().regex(/^(sha256-[0-9a-f]{64}|sha512-[A-Za-z0-9+/]+=*|h1:[A-Za-z0-9+/]+=*)$/),
});

/** What may be executed for an installed tool on one kind of machine. */
const toolEntry = z.strictObject({
  supplier: z.enum(['npm', 'pypi', 'go', 'release']),
  /** The tool's own version. */
  version: z.string().min(1),
  platform,
  /** `python3.11`, `node`, or null for a program that needs none. */
  interpreter: z.string().nullable(),
  artifacts: z.array(artifact).min(1),
  /** npm's lockfile of the installation, without addresses. */
  packageLock: z.record(z.string(), z.unknown()).optional(),
  /** The Go toolchain that built it. */
  toolchain: z.string().optional(),
  /** SHA-256 of the store entry's list of files (src/core/toolchain/store.ts). */
  files: hex,
  /** Bytes of all files together. */
  size: z.int().nonnegative(),
});
export type ToolEntry = z.infer<typeof toolEntry>;

/** `tools/<id>.lock`: written by `tools lock`, committed, checked before each use. */
export const toolLockSchema = z.strictObject({
  schemaVersion: z.literal(1),
  tool: toolId,
  entries: z.array(toolEntry),
});
export type ToolLock = z.infer<typeof toolLockSchema>;
