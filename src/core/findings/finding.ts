import * as z from 'zod';
import { category, toolId } from '../lib/category.js';
import { SEVERITIES } from '../lib/severity.js';

const line = z.int().min(1);
export const commitId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
export const cwe = z.string().regex(/^CWE-[1-9][0-9]{0,5}$/);

/** One line of `findings.jsonl`. Lines and columns are one-based, columns in UTF-16 code units, end column exclusive (SARIF 2.1.0, 3.30). */
export const findingSchema = z.strictObject({
  tool: toolId,
  rule: z.string().min(1).max(255),
  category,
  kind: z.enum(['fail', 'review']),
  severity: z.enum([...SEVERITIES, 'none']),
  cwe: z.array(cwe).max(20),
  /** Plain text; quotes no secret. */
  message: z.string().min(1).max(2000),
  path: z.string().min(1),
  /** The commit in which it was found, for a finding of the history; `path` and lines are then those of that commit. */
  commit: commitId.optional(),
  startLine: line,
  startColumn: line.optional(),
  endLine: line.optional(),
  endColumn: line.optional(),
  /** For a finding about a dependency: every name of the flaw, sorted, and the package URL where there is one. */
  vulnerability: z
    .strictObject({ ids: z.array(z.string().min(1).max(200)).min(1).max(100), purl: z.string().max(2000).optional() })
    .optional(),
  /** The tool itself marked it as suppressed, by a comment or a file of the tree. */
  suppressed: z.literal(true).optional(),
  /** SHA-256 over tool, rule, path, the masked line (or the commit) and its ordinal: stays when lines move. */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  /** GitHub's primaryLocationLineHash, over masked lines. */
  lineHash: z.string().regex(/^[0-9a-f]+:[1-9][0-9]*$/),
});
export type Finding = z.infer<typeof findingSchema>;

/** What is known of a rule, for the reports. */
export const ruleSchema = z.strictObject({
  id: z.string().min(1).max(255),
  name: z.string().min(1).max(255),
  severity: z.enum([...SEVERITIES, 'none']),
  kind: z.enum(['fail', 'review']),
  cwe: z.array(cwe).max(20),
  shortDescription: z.string().min(1).max(1024),
  fullDescription: z.string().min(1).max(1024),
  help: z.string().min(1).max(8192),
  /** Shown as a link: never `javascript:` or `data:`. */
  helpUri: z.url({ protocol: /^https?$/ }).optional(),
});
export type Rule = z.infer<typeof ruleSchema>;

const compare = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** The order of `findings.jsonl`: path, line, column, tool, rule, fingerprint; by code unit. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compare(a.path, b.path) ||
    compare(a.startLine, b.startLine) ||
    compare(a.startColumn ?? 0, b.startColumn ?? 0) ||
    compare(a.tool, b.tool) ||
    compare(a.rule, b.rule) ||
    compare(a.fingerprint, b.fingerprint)
  );
}
