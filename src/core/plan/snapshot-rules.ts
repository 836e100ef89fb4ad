import type { PathRule } from '../lib/paths.js';
import type { SnapshotLimits } from '../source/jobs.js';
import type { Plan } from './plan.js';

const MAX_PATH_BYTES = 4096;

/** Names the rule that keeps bundles out of the snapshot. */
export const EXPORT_RULE = 'export-folder';

/** The caps on a snapshot. */
export const snapshotLimits = ({ source }: Plan): SnapshotLimits => ({
  maxFiles: source.maxFiles,
  maxFileBytes: source.maxFileSize,
  maxTotalBytes: source.maxTotalSize,
  maxDepth: source.maxDepth,
  maxPathBytes: MAX_PATH_BYTES,
  maxRatio: source.maxArchiveRatio,
});

/**
 * What a snapshot leaves out or keeps for secret scanners: the policy's rules, the operator's narrowing, and the folder
 * that bundles are written to (`exportFolder`, a path inside the source), as long as git tracks nothing in it.
 */
export function snapshotRules({ paths, narrowing }: Plan, exportFolder: string | undefined): PathRule[] {
  const excluded = paths.readExclude.map(({ name, globs, trackedToo }): PathRule => {
    return { rule: name, class: 'policy', globs, action: 'exclude', unlessTracked: !trackedToo };
  });
  const sensitive = paths.secretsOnly.map(
    ({ name, globs }): PathRule => ({ rule: name, class: 'sensitive', globs, action: 'sensitive' }),
  );
  return [...exportRule(exportFolder), ...operatorRules(narrowing), ...excluded, ...sensitive];
}

function exportRule(folder: string | undefined): PathRule[] {
  if (folder === undefined) return [];
  const globs = [`${escapeGlob(folder)}/**`];
  return [{ rule: EXPORT_RULE, class: 'output', globs, action: 'exclude', unlessTracked: true }];
}

function operatorRules({ include, exclude }: Plan['narrowing']): PathRule[] {
  const rules: PathRule[] = [];
  if (include.length > 0)
    rules.push({ rule: 'operator-include', class: 'operator', globs: ['**'], except: include, action: 'exclude' });
  if (exclude.length > 0)
    rules.push({ rule: 'operator-exclude', class: 'operator', globs: exclude, action: 'exclude' });
  return rules;
}

const escapeGlob = (path: string): string => path.replace(/[\\*?[\]{}()!+@|]/g, '\\$&');
