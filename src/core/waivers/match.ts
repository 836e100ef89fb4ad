import type { Finding } from '../findings/finding.js';
import type { Waiver, WaiverSet } from './admit.js';
import { isPattern, pathPattern } from './path-pattern.js';

/** The waiver that covers a finding; of several the first by id. */
export type WaiverMatcher = (finding: Finding) => Waiver | undefined;

/** It counts up to the day before. */
export const isExpired = ({ expires }: Pick<Waiver, 'expires'>, asOf: string): boolean => expires <= asOf;

interface PatternWaiver {
  waiver: Waiver;
  matches: (path: string) => boolean;
}

/** What a waiver without wildcards covers is one key away; patterns are tried for findings of their tool and rule alone. */
interface Index {
  exact: Map<string, Waiver>;
  patterns: Map<string, PatternWaiver[]>;
}

/** A matcher of the waivers that have not expired on `asOf`. Review notes are covered like other findings. */
export function waiverMatcher({ entries }: WaiverSet, asOf: string): WaiverMatcher {
  const index: Index = { exact: new Map(), patterns: new Map() };
  for (const waiver of entries) if (!isExpired(waiver, asOf)) add(index, waiver);
  if (index.exact.size === 0 && index.patterns.size === 0) return () => undefined;
  return (finding) => {
    let best: Waiver | undefined;
    for (const key of keysOf(finding)) best = first(best, index.exact.get(key));
    // Sorted by id, so that the first that matches is the one.
    const pattern = index.patterns.get(ruleKey(finding))?.find(({ matches }) => matches(finding.path));
    return first(best, pattern?.waiver);
  };
}

const first = (a: Waiver | undefined, b: Waiver | undefined): Waiver | undefined =>
  a === undefined || (b !== undefined && b.id < a.id) ? b : a;

function add({ exact, patterns }: Index, waiver: Waiver): void {
  const { fingerprint, rule, vulnerability } = waiver;
  const addExact = (key: string) => exact.set(key, exact.get(key) ?? waiver);
  if (fingerprint !== undefined) addExact(fingerprintKey(fingerprint));
  if (vulnerability !== undefined) addExact(flawKey(vulnerability.id, vulnerability.purl));
  if (rule === undefined) return;
  if (!isPattern(rule.path)) addExact(pathKey(rule));
  else {
    const known = patterns.get(ruleKey(rule)) ?? [];
    patterns.set(ruleKey(rule), [...known, { waiver, matches: pathPattern(rule.path) }]);
  }
}

function keysOf(finding: Finding): string[] {
  const keys = [fingerprintKey(finding.fingerprint), pathKey(finding)];
  const { ids, purl } = finding.vulnerability ?? {};
  if (ids === undefined || purl === undefined) return keys;
  const anyVersion = withoutVersion(purl);
  for (const id of ids) {
    keys.push(flawKey(id, purl));
    if (anyVersion !== purl) keys.push(flawKey(id, anyVersion));
  }
  return keys;
}

const fingerprintKey = (fingerprint: string): string => `f\0${fingerprint}`;
const flawKey = (id: string, purl: string): string => `v\0${id}\0${purl}`;
const pathKey = ({ tool, rule, path }: Pick<Finding, 'tool' | 'rule' | 'path'>): string =>
  `p\0${tool}\0${rule}\0${path}`;
const ruleKey = ({ tool, rule }: Pick<Finding, 'tool' | 'rule'>): string => `${tool}\0${rule}`;

/** A canonical purl (purl-spec) without version, qualifiers and subpath; no other `@` stands in one. */
const withoutVersion = (purl: string): string => purl.replace(/[?#].*$/s, '').replace(/@[^/@]*$/, '');
