import { createHash } from 'node:crypto';
import { canonicalJson } from '../../src/core/lib/canonical.js';

const hashOf = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

/**
 * Verifies a hash-chained log from its first entry, without the code that wrote it. Returns head and length; throws at
 * the first entry that does not follow.
 */
export function verifyAudit(text: string, run: string): { head: string; entries: number } {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('the last line is cut off');
  let previous = hashOf({ genesis: run });
  lines.forEach((line, seq) => {
    const { hash, ...body } = JSON.parse(line);
    const follows = body.seq === seq && body.previous === previous && body.run === run && hash === hashOf(body);
    if (!follows || canonicalJson({ ...body, hash }) !== line) throw new Error(`entry ${seq} does not follow`);
    previous = hash;
  });
  return { head: previous, entries: lines.length };
}
