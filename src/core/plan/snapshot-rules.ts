import type { PathRule } from '../lib/paths.js';
import type { SnapshotLimits } from '../source/jobs.js';
import type { Plan } from './plan.js';

const MAX_PATH_BYTES = 4096;

/**
 * Code by its name. It is given to all tools, secret scanners among them: a name such as `.env.py` must not keep code
 * from the tools that judge code.
 */
const CODE = ['**/*.{py,pyi,pyw,js,jsx,mjs,cjs,ts,tsx,mts,cts,go,java,rb,php,cs,rs,c,cc,cpp,h,sh}'];

/** The caps on a snapshot. */
export const snapshotLimits = ({ source }: Pick<Plan, 'source'>): SnapshotLimits => ({
  maxFiles: source.maxFiles,
  maxFileBytes: source.maxFileSize,
  maxTotalBytes: source.maxTotalSize,
  maxDepth: source.maxDepth,
  maxPathBytes: MAX_PATH_BYTES,
  maxRatio: source.maxArchiveRatio,
});

/** What a snapshot leaves out or keeps for secret scanners: the policy's rules and the operator's narrowing. */
export function snapshotRules({ paths, narrowing }: Plan): PathRule[] {
  const excluded = paths.readExclude.map(({ name, globs, trackedToo }): PathRule => {
    return { rule: name, class: 'policy', globs, action: 'exclude', unlessTracked: !trackedToo };
  });
  const sensitive = paths.secretsOnly.map(({ name, globs }): PathRule => {
    return { rule: name, class: 'sensitive', globs, except: CODE, action: 'sensitive' };
  });
  return [...operatorRules(narrowing), ...excluded, ...sensitive];
}

function operatorRules({ include, exclude }: Plan['narrowing']): PathRule[] {
  const rules: PathRule[] = [];
  if (include.length > 0)
    rules.push({ rule: 'operator-include', class: 'operator', globs: ['**'], except: include, action: 'exclude' });
  if (exclude.length > 0)
    rules.push({ rule: 'operator-exclude', class: 'operator', globs: exclude, action: 'exclude' });
  return rules;
}
