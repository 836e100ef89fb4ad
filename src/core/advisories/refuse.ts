import { Fault, Refusal } from '../lib/errors.js';

/** Problems of one input that are listed; the rest is counted. */
const MAX_LISTED = 10;

/** Data that is not taken. */
export const refuse = (file: string, message: string, remedy?: string, cause?: unknown): Refusal =>
  new Refusal('usage', [{ file, message, ...(remedy === undefined ? {} : { remedy }) }], { cause });

/** Data that is not taken, for reasons found in its parts. */
export function refuseAll(file: string, reasons: readonly string[], remedy: string): Refusal {
  const listed = reasons.slice(0, MAX_LISTED).map((message) => ({ file, message }));
  const more = reasons.length - listed.length;
  const rest = more > 0 ? `and ${more} more like it; nothing was imported` : 'nothing was imported';
  return new Refusal('usage', [...listed, { file, message: rest, remedy }]);
}

/** A stored pack that is not what it was. */
export const damaged = (label: string, message: string, cause?: unknown): Fault =>
  new Fault(
    'digest',
    `advisories ${label}: ${message}`,
    `\`security-scan advisories update ${label}\`, or import it again.`,
    {
      cause,
    },
  );

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
