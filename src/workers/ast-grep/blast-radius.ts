import type { Report, RuleLine } from '../lib/protocol.js';
import { importsOf } from './imports.js';
import type { Language } from './languages.js';

const ID = 'blast-radius';

/**
 * Counts direct dependents: the files that import a module themselves. Transitive counts would tag every leaf of a
 * layered program alike, and move with edits far away.
 */
export interface ImportGraph {
  add(path: string, language: Language, text: string): void;
  /** Tells each module that more than `limit` files import, in the order of paths. */
  report(report: Report, limit: number): void;
}

export function importGraph(): ImportGraph {
  const imports = new Map<string, string[][]>();
  return {
    add: (path, language, text) => imports.set(path, importsOf(path, language, text)),
    report(report, limit) {
      const counts = [...dependents(imports)].filter(([, files]) => files.size > limit);
      for (const [path, files] of counts.sort(([a], [b]) => (a < b ? -1 : 1)))
        report.finding(finding(path, files.size));
    },
  };
}

function dependents(imports: ReadonlyMap<string, string[][]>): Map<string, Set<string>> {
  const result = new Map<string, Set<string>>();
  for (const [importer, lists] of imports) {
    for (const candidates of lists) {
      const module = candidates.find((candidate) => imports.has(candidate));
      if (module === undefined || module === importer) continue;
      const files = result.get(module) ?? new Set();
      result.set(module, files.add(importer));
    }
  }
  return result;
}

function finding(path: string, count: number) {
  return {
    rule: ID,
    path,
    startLine: 1,
    message: `${count} files import this module; a change here reaches all of them.`,
  };
}

/** The one rule of this tool that no pattern expresses. */
export function blastRadiusRule(limit: number): Omit<RuleLine, 'type'> {
  return {
    id: ID,
    name: ID,
    severity: 'none',
    kind: 'review',
    cwe: ['CWE-1120'],
    shortDescription: 'A module that many others depend on.',
    fullDescription: `More than ${limit} files of the tree import this module directly.`,
    help: 'Review changes to it with the care that its dependents need, or split it.',
  };
}
