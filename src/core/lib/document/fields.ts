import * as z from 'zod';

/** Shared pieces of the schemas for manifest, policy, profiles and tool files. */

const ID_FORM = 'expected lower-case letters, digits and hyphens, at most 64, not starting with a hyphen';

/** The id of a profile, tool, category or preset. */
export const id = () => z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, { error: ID_FORM });

/** Controls, line separators and the bidi formatting that can make text show as something else (CVE-2021-42574). */
const LINE = /^[^\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]*$/u;
const PROSE = /^[^\u0000-\u0008\u000B-\u001F\u007F-\u009F\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]*$/u;

/** One line of text, not blank, at most `max` UTF-16 code units. */
export const line = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/\S/, { error: 'expected some text' })
    .regex(LINE, { error: 'expected one line of text without control or bidi formatting characters' });

/** Text of any number of lines, at most `max` UTF-16 code units. */
export const prose = (max: number) =>
  z.string().max(max).regex(PROSE, { error: 'expected text without control or bidi formatting characters' });

/** A whole number from 0 to 2^53 - 1. */
export const count = () => z.int().min(0);

const HTTP_URL = /^https?:\/\/[^\s/?#]+(?:[/?#]\S*)?$/;

/** An absolute http or https URL without user name and password, which would end in the evidence. */
export const httpUrl = () =>
  z
    .string()
    .max(2048)
    .regex(HTTP_URL, { error: 'expected a URL that starts with http:// or https://', abort: true })
    .refine(isCleanUrl, { error: 'expected a valid URL without user name and password' });

function isCleanUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

/** Highest allowed count by severity; an absent severity leaves the policy's. */
export const thresholds = () =>
  z.strictObject({
    critical: count().describe('Highest allowed number of critical findings.').exactOptional(),
    high: count().describe('Highest allowed number of high findings.').exactOptional(),
    medium: count().describe('Highest allowed number of medium findings.').exactOptional(),
    low: count().describe('Highest allowed number of low findings.').exactOptional(),
  });
