import * as z from 'zod';
import { AUDIT_KINDS, genesis } from '../lib/audit.js';
import { canonicalJson } from '../lib/canonical.js';
import { sha256 } from '../lib/digest.js';
import { parseJson } from './document.js';
import { type BundleFolder, linesOf } from './folder.js';
import { Unsound } from './problems.js';

const entrySchema = z.looseObject({
  kind: z.enum(AUDIT_KINDS),
  seq: z.int().nonnegative(),
  previous: z.string(),
  run: z.string(),
  time: z.iso.datetime(),
  hash: z.string(),
});

export interface AuditHead {
  head: string;
  entries: number;
}

interface SoFar extends AuditHead {
  broken?: unknown;
}

/**
 * Follows the hash chain of an audit log from its run's genesis to its end. Throws `Unsound` at the first entry that does
 * not follow. A log that ends early is a sound log: only the head in the run statement shows the difference.
 */
export async function readAuditLog(folder: BundleFolder, path: string, run: string): Promise<AuditHead> {
  const { broken, ...head } = await readAuditLogSoFar(folder, path, run);
  if (broken !== undefined) throw broken;
  return head;
}

/** As `readAuditLog`, for the log of a run that was killed: how far it is sound, and what ends that. */
export async function readAuditLogSoFar(folder: BundleFolder, path: string, run: string): Promise<SoFar> {
  let head = genesis(run);
  let entries = 0;
  try {
    for await (const lines of linesOf(folder, path)) {
      for (const line of lines) {
        head = follow(line, head, entries, run);
        entries += 1;
      }
    }
  } catch (broken) {
    return { head, entries, broken };
  }
  return { head, entries };
}

function follow(line: string, previous: string, seq: number, run: string): string {
  const { success, data } = entrySchema.safeParse(parseJson(line));
  if (!success) throw new Unsound(`entry ${seq} is out of form`);
  const { hash, ...body } = data;
  const sound = body.seq === seq && body.previous === previous && body.run === run;
  if (!sound || hash !== sha256(canonicalJson(body)) || canonicalJson(data) !== line)
    throw new Unsound(`entry ${seq} does not follow from the one before it`);
  return hash;
}
