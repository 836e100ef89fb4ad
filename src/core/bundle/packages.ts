import type { Component } from '../findings/component.js';
import { digestOf } from '../lib/digest.js';

export type SbomComponent = Component;

/** What the bill of materials is about. */
export interface SbomSubject {
  name: string;
  version: string;
  /** RFC 3339. */
  commitTime: string;
  digest: string;
}

/** A package, once, with every place that a lockfile names it. */
export interface SbomPackage {
  purl: string;
  name: string;
  version: string;
  scope: Component['scope'];
  /** Hashes on which all entries agree, by CycloneDX's name of the algorithm. */
  hashes: [algorithm: string, digest: string][];
  /** Hashes on which entries disagree: one of the lockfiles is wrong, or was tampered with. */
  disputed: [algorithm: string, digest: string][];
  licenses: string[];
  /** purls of other packages in the list. */
  dependsOn: string[];
  occurrences: { path: string; line: number }[];
}

const STRENGTH: readonly Component['scope'][] = ['required', 'optional', 'development'];

/** Hexadecimal digits by algorithm. */
const DIGEST_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['SHA-1', 40],
  ['SHA-256', 64],
  ['SHA-384', 96],
  ['SHA-512', 128],
]);

/** What both documents are rendered from. */
export interface Sbom {
  subject: SbomSubject;
  /** One per purl, sorted by purl. */
  packages: readonly SbomPackage[];
  /** Names the content (RFC 9562, version 8), so that the same list has the same name. */
  uuid: string;
}

/** Gathers what lockfiles say of one package under its purl. Its scope is the strongest that an entry has. */
export function sbomOf(components: readonly SbomComponent[], subject: SbomSubject): Sbom {
  const packages = uniquePackages(components);
  return { subject, packages, uuid: contentUuid(packages, subject) };
}

function uniquePackages(components: readonly SbomComponent[]): SbomPackage[] {
  const byPurl = new Map<string, SbomComponent[]>();
  for (const component of components) {
    const entries = byPurl.get(component.purl);
    if (entries) entries.push(component);
    else byPurl.set(component.purl, [component]);
  }
  return [...byPurl].sort(([a], [b]) => (a < b ? -1 : 1)).map(([purl, entries]) => merged(purl, entries, byPurl));
}

function merged(purl: string, entries: readonly SbomComponent[], all: ReadonlyMap<string, unknown>): SbomPackage {
  const scopes = entries.map((entry) => entry.scope);
  const hashes = unique(entries.flatMap((entry) => Object.entries(entry.hashes).flatMap(wellFormed)));
  const pairs = hashes.map((hash): [string, string] => [hash.split(' ')[0] ?? '', hash.split(' ')[1] ?? '']);
  const agreed = (algorithm: string) => pairs.filter(([other]) => other === algorithm).length === 1;
  return {
    purl,
    // Lockfiles may spell a name differently where the purl does not tell.
    name: unique(entries.map((entry) => entry.name))[0] ?? '',
    version: unique(entries.map((entry) => entry.version))[0] ?? '',
    scope: STRENGTH.find((scope) => scopes.includes(scope)) ?? 'required',
    hashes: pairs.filter(([algorithm]) => agreed(algorithm)),
    disputed: pairs.filter(([algorithm]) => !agreed(algorithm)),
    licenses: unique(entries.flatMap((entry) => entry.licenses)).filter((license) => license !== ''),
    dependsOn: unique(entries.flatMap((entry) => entry.dependsOn)).filter((other) => other !== purl && all.has(other)),
    occurrences: entries.map(({ path, line }) => ({ path, line })).sort(byPlace),
  };
}

/** As text, or nothing for a digest that is none: one such would make the whole document invalid. */
function wellFormed([algorithm, digest]: [string, string]): string[] {
  const length = DIGEST_LENGTHS.get(algorithm);
  return digest.length === length && /^[0-9a-f]+$/.test(digest) ? [`${algorithm} ${digest}`] : [];
}

/**
 * Where the subject's graph starts: packages that no other depends on, and one of each circle that nothing else
 * leads to, so that every package is reached. Lockfiles do not all tell what the project asked for itself.
 */
export function topLevel(packages: readonly SbomPackage[]): SbomPackage[] {
  const byPurl = new Map(packages.map((found) => [found.purl, found]));
  const needed = new Set(packages.flatMap((found) => found.dependsOn));
  const free = packages.filter((found) => !needed.has(found.purl));
  const reached = new Set<string>();
  return [...free, ...packages].filter((start) => {
    const isNew = !reached.has(start.purl);
    for (const waiting = [start.purl]; waiting.length > 0; ) {
      const purl = waiting.pop() ?? '';
      if (reached.has(purl)) continue;
      reached.add(purl);
      for (const other of byPurl.get(purl)?.dependsOn ?? []) waiting.push(other);
    }
    return isNew;
  });
}

function contentUuid(packages: readonly SbomPackage[], subject: SbomSubject): string {
  const hex = digestOf({ subject, packages });
  const variant = '89ab'[Number.parseInt(hex.slice(16, 17), 16) % 4] ?? '8';
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}

/** The subject's time. Throws `TypeError` for what is no time. */
export function subjectTime({ commitTime }: SbomSubject): Date {
  const time = new Date(commitTime);
  if (Number.isNaN(time.getTime())) throw new TypeError('the commit time is not a time');
  return time;
}

const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();

function byPlace(a: { path: string; line: number }, b: { path: string; line: number }): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.line - b.line;
}
