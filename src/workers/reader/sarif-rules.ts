import * as z from 'zod';
import type { Rule } from '../../core/findings/finding.js';
import type { FindingSeverity } from '../../core/lib/severity.js';
import { RefusedReport } from './protocol.js';

const text = z.looseObject({ text: z.string().optional(), markdown: z.string().optional() });

const descriptor = z.looseObject({
  id: z.string().min(1),
  name: z.string().optional(),
  shortDescription: text.optional(),
  fullDescription: text.optional(),
  help: text.optional(),
  helpUri: z.string().optional(),
  defaultConfiguration: z.looseObject({ level: z.enum(['none', 'note', 'warning', 'error']).optional() }).optional(),
  properties: z
    .looseObject({
      tags: z.array(z.string()).optional().catch([]),
      'security-severity': z.coerce.number().min(0).max(10).optional().catch(undefined),
    })
    .optional(),
});

const tool = z.looseObject({
  driver: z.looseObject({ name: z.string().min(1), rules: z.array(descriptor).optional() }),
  extensions: z.array(z.looseObject({ rules: z.array(descriptor).optional() })).optional(),
});

/** The rules of one run: ids by index, and those whose severity is a score, which outweighs a result's level. */
export interface RuleTable {
  ids: string[];
  scored: Set<string>;
}

/** Reads `tool.driver.rules` and those of extensions into `rules`. */
export function driverRules(value: unknown, rules: Map<string, Rule>): RuleTable {
  const parsed = tool.safeParse(value);
  if (!parsed.success) throw new RefusedReport('report-broken', 'the description of the tool is not usable');
  const { driver, extensions = [] } = parsed.data;
  const all = [...(driver.rules ?? []), ...extensions.flatMap((extension) => extension.rules ?? [])];
  for (const entry of all) rules.set(entry.id, toRule(entry));
  const scored = all.filter((entry) => entry.properties?.['security-severity'] !== undefined);
  return { ids: (driver.rules ?? []).map((rule) => rule.id), scored: new Set(scored.map((rule) => rule.id)) };
}

function toRule(entry: z.infer<typeof descriptor>): Rule {
  const name = entry.name || entry.id;
  const short = entry.shortDescription?.text || name;
  const full = entry.fullDescription?.text || short;
  return {
    id: entry.id.slice(0, 255),
    name: name.slice(0, 255),
    severity: severityOf(entry),
    kind: 'fail',
    cwe: cweOf(entry.properties?.tags ?? []),
    shortDescription: short.slice(0, 1024),
    fullDescription: full.slice(0, 1024),
    help: (entry.help?.text || full).slice(0, 8192),
    helpUri: URL.canParse(entry.helpUri ?? '') ? entry.helpUri : undefined,
  };
}

/** GitHub's bands of `security-severity` (docs: SARIF support for code scanning); without one, the level. */
function severityOf(entry: z.infer<typeof descriptor>): FindingSeverity {
  const score = entry.properties?.['security-severity'];
  if (score !== undefined) {
    if (score >= 9) return 'critical';
    if (score >= 7) return 'high';
    if (score >= 4) return 'medium';
    return score > 0 ? 'low' : 'none';
  }
  const level = entry.defaultConfiguration?.level ?? 'warning';
  return ({ error: 'high', warning: 'medium', note: 'low', none: 'none' } as const)[level];
}

/** CWE ids from tags such as `external/cwe/cwe-089` or `CWE-89: …`. */
function cweOf(tags: string[]): string[] {
  const ids = tags.flatMap((tag) => {
    const match = /\bcwe-0*([1-9][0-9]{0,5})\b/i.exec(tag);
    return match ? [`CWE-${match[1]}`] : [];
  });
  return [...new Set(ids)].sort().slice(0, 20);
}
