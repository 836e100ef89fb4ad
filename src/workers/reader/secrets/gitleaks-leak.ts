import * as z from 'zod';

/** One leak in a report of Gitleaks 8 (`--report-format json --redact`), of a folder or of a history. */
export const gitleaksLeak = z.looseObject({
  RuleID: z.string().min(1),
  Description: z.string().min(1),
  /** 0 for a rule that goes by the file name alone. */
  StartLine: z.int().min(0),
  EndLine: z.int().min(0),
  File: z.string().min(1),
});
