import * as z from 'zod';
import type { FindingSeverity } from '../lib/severity.js';

/** GitHub's scores as reports state them (src/core/bundle/sarif.ts), read backwards. */
const SEVERITY_OF: Readonly<Record<string, FindingSeverity>> = {
  '9.5': 'critical',
  '8.0': 'high',
  '5.5': 'medium',
  '2.0': 'low',
};

const CWE_TAG = 'external/cwe/';
const text = z.strictObject({ text: z.string() });

/** A rule of a SARIF report as the rule that it was rendered from; rendering it again must give the same bytes. */
const rule = z
  .strictObject({
    id: z.string(),
    name: z.string().optional(),
    shortDescription: text,
    fullDescription: text,
    help: text,
    helpUri: z.string().optional(),
    defaultConfiguration: z.strictObject({ level: z.string() }),
    properties: z.strictObject({ 'security-severity': z.string().optional(), tags: z.array(z.string()) }),
  })
  .transform(({ id, name, shortDescription, fullDescription, help, helpUri, properties }) => ({
    id,
    name: name ?? id,
    severity: SEVERITY_OF[properties['security-severity'] ?? ''] ?? 'none',
    kind: properties.tags[0] === 'review' ? 'review' : 'fail',
    cwe: properties.tags.slice(1).map((tag) => tag.slice(CWE_TAG.length).toUpperCase()),
    shortDescription: shortDescription.text,
    fullDescription: fullDescription.text,
    help: help.text,
    ...(helpUri !== undefined && { helpUri }),
  }));

/** The part of a run that stands before its results. */
export const headSchema = z.looseObject({
  tool: z.looseObject({ driver: z.looseObject({ rules: z.array(rule).max(100_000) }) }),
});
export type SarifHead = z.infer<typeof headSchema>;
