import * as z from 'zod';

/**
 * Standard base64 with padding, in its one form: the specification lets a verifier take the URL-safe alphabet too, but
 * cosign's policies do not, and unused bits at the end would let a byte of a signature change unnoticed.
 */
export const base64 = z
  .string()
  .refine((text) => Buffer.from(text, 'base64').toString('base64') === text, 'expected padded standard base64');
