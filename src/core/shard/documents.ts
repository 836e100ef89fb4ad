import * as z from 'zod';
import { shardRun } from '../attest/schemas.js';
import { MEDIA } from '../bundle/staging.js';
import { indexSchema, runStatementSchema, summarySchema } from '../verify/schemas.js';
import { MAX_SHARDS } from './shard.js';

/** The files of a shard besides `steps/<step>/` and `runs/<run-id>/`. Its index has no name of a bundle's: it is none. */
export const INDEX = 'shard.json';
/** A signature over the exact bytes of the index; it stands beside it and is not listed in it. */
export const signatureOfIndex = (shortId: string): string => `${INDEX}.${shortId}.sigstore.json`;
export const SIGNATURE_OF_INDEX = /^shard\.json\.[0-9a-f]{8}\.sigstore\.json$/;
export const PLAN = 'plan.json';
export const SOURCE = 'source.json';
export const FILES = 'files.jsonl';
export const OUTCOMES = 'outcomes.json';
export const RUN = 'run.json';

/** What a step leaves, in its folder under `steps/`. */
export const FINDINGS = 'findings.jsonl';
export const RULES = 'rules.jsonl';
export const COMPONENTS = 'components.jsonl';
export const NATIVE = 'native.json';

/** As the index names what is in a file of this name. */
export const mediaTypeOf = (path: string): string =>
  path.endsWith('.jsonl') ? MEDIA.jsonl : path.endsWith('.json') ? MEDIA.json : 'text/plain';

const hex = z.string().regex(/^[0-9a-f]{64}$/);

/** shard.json: which part of which plan it is, and every other file of the shard. */
export const shardSchema = z.strictObject({
  schemaVersion: z.literal(1),
  shard: z
    .strictObject({ index: z.int().min(1).max(MAX_SHARDS), of: z.int().min(1).max(MAX_SHARDS) })
    .refine(({ index, of }) => index <= of, 'expected a part of the whole'),
  generator: z.strictObject({ name: z.literal('security-scan'), version: z.string().max(100) }),
  plan: hex,
  files: indexSchema.shape.files,
});
export type ShardIndex = z.infer<typeof shardSchema>;

/** source.json: what the snapshot was, besides its files; equal in all shards of a scan. */
export const sourceSchema = z.strictObject({
  schemaVersion: z.literal(1),
  source: summarySchema.shape.source,
  unread: summarySchema.shape.unread.shape.snapshot,
  excluded: summarySchema.shape.excluded,
  ignored: summarySchema.shape.ignored,
});
export type ShardSource = z.infer<typeof sourceSchema>;

/** outcomes.json: how the steps of this part ended. */
export const outcomesSchema = z.strictObject({ schemaVersion: z.literal(1), steps: summarySchema.shape.tools });

/** run.json: when and where this part ran. */
export const runSchema = z.strictObject({
  schemaVersion: z.literal(1),
  ...shardRun.omit({ shard: true }).shape,
  run: runStatementSchema.shape.predicate.shape.run,
});
