import * as z from 'zod';
import { CLASSES } from './classes.js';
import { readLicense, termText } from './expression.js';

/** What can be said of a package's licence. */
export const STANDINGS = ['denied', ...CLASSES, 'unknown', 'undeclared'] as const;
export type Standing = (typeof STANDINGS)[number];

/** One licence, with its exception where it has one, in SPDX's spelling. A misspelled one would bind nobody. */
const license = z.string().transform((text, context) => {
  const read = readLicense(text);
  if (read !== undefined && 'license' in read) return termText(read);
  context.addIssue({ code: 'custom', message: 'not one licence of the SPDX list' });
  return z.NEVER;
});

const licenses = z.array(license).default([]);

const severity = z.enum(['critical', 'high', 'medium', 'low', 'none']);

/** Trivy's severities, but that a licence which asks for no more than a notice is no finding. */
const severities = z.strictObject({
  denied: severity.default('critical'),
  forbidden: severity.default('critical'),
  restricted: severity.default('high'),
  reciprocal: severity.default('medium'),
  notice: severity.default('none'),
  permissive: severity.default('none'),
  unencumbered: severity.default('none'),
  unknown: severity.default('low'),
  undeclared: severity.default('low'),
} satisfies Record<Standing, z.ZodType>);

/** `config` of the tool file. What is denied is denied, whatever the other lists say of it. */
export const configSchema = z.strictObject({
  deny: licenses.describe('Licences that must not be there, in any version that counts as them.'),
  allow: licenses.describe('Licences that are no finding, exactly as they are written here.'),
  classes: z
    .partialRecord(z.enum(CLASSES), licenses)
    .default({})
    .describe('Licences by class, before the built-in tables; in two classes: the stricter.'),
  severities: severities.prefault({}).describe('Severity by what is said of a licence; `none` is no finding.'),
});
export type Config = z.infer<typeof configSchema>;
