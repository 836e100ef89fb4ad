import * as z from 'zod';
import { digestOf } from '../lib/digest.js';

const hex = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in lower-case hex');

/** The id of a run; nobody can guess its random part. */
export const RUN_ID = /^\d{8}T\d{6}Z-[0-9a-f]{16}$/;
/** A bundle's folder beside the history; `~n` is of a bundle whose name was taken. */
export const BUNDLE_ID = /^(?!(?:latest|history)$)[A-Za-z0-9][A-Za-z0-9._~-]{0,140}$/;

/** What an entry is about: a folder beside the history, known by the SHA-256 of its bundle.json. */
const bundle = z.strictObject({ id: z.string().regex(BUNDLE_ID), sha256: hex });

const runFact = z.strictObject({
  kind: z.literal('run'),
  bundle,
  /** `statement` is the SHA-256 of run.intoto.json. */
  run: z.strictObject({ id: z.string().regex(RUN_ID), statement: hex }),
  /** SHA-256 of attestation.intoto.json. */
  scan: hex,
  verdict: z.enum(['pass', 'fail', 'error']),
  audit: z.strictObject({ head: hex, entries: z.int().nonnegative() }),
  /** Whether, on the operator's word, it took the place of another bundle of that name. */
  replaces: z.boolean(),
});
export type RunFact = z.infer<typeof runFact>;

const approvalFact = z.strictObject({
  kind: z.literal('approval'),
  bundle,
  /** SHA-256 of the statement's file and of its signature's. */
  approval: z.strictObject({
    file: z.string().regex(/^approvals\/[0-9a-f]{8}\.intoto\.json$/),
    sha256: hex,
    signature: hex,
  }),
});
export type ApprovalFact = z.infer<typeof approvalFact>;

export type Fact = RunFact | ApprovalFact;

/** The place of an entry in the chain. `previous` is the SHA-256 of the bytes of the entry before it. */
const place = { schemaVersion: z.literal(1), seq: z.int().positive(), previous: hex };

/** One file of the history. It binds evidence and run record by their statements, whose digests cover all the rest. */
export const entrySchema = z.discriminatedUnion('kind', [runFact.extend(place), approvalFact.extend(place)]);
export type HistoryEntry = z.infer<typeof entrySchema>;

/** What the first entry names as the one before it. */
export const GENESIS = digestOf({ genesis: 'history' });

/** Far above what an entry has. */
export const MAX_ENTRY = 16 * 1024;

const DIGITS = 8;
const ENTRY_NAME = /^\d{8}\.json$/;
/** Above it names would no longer have one length. */
export const LAST_SEQ = 10 ** DIGITS - 1;

export const nameOf = (seq: number): string => `${String(seq).padStart(DIGITS, '0')}.json`;

/** The number that a file name stands for; undefined when it is the name of no entry. */
export const seqOf = (name: string): number | undefined =>
  ENTRY_NAME.test(name) ? Number(name.slice(0, DIGITS)) : undefined;
