import { z } from 'zod';
import { ecosystemsOf } from '../../../core/advisories/ecosystems.js';
import type { FindingSeverity } from '../../../core/lib/severity.js';
import { type PurlType, packageUrl } from '../../lib/purl.js';
import type { Adapter, Sink } from '../adapter.js';
import { ADVISORY_ID, cweIds, emitMatches, type Match, scoreSeverity, unique, wordSeverity } from '../sca/advisory.js';
import { casedKeys, IN_JSON } from '../sca/cased-keys.js';
import { dependencyLines } from '../sca/dependency-line.js';
import { accountForFiles, nameInView } from '../sca/lockfile.js';
import { manySourced, ownPackages } from '../sca/own-packages.js';
import { missingFromPipfile } from '../sca/pipfile.js';
import { includedFiles, missingRequirements } from '../sca/requirements.js';

/** An OSV record, schema 1.7 (https://ossf.github.io/osv-schema/). */
const record = z.looseObject({
  id: z.string().regex(ADVISORY_ID),
  summary: z.string().default(''),
  details: z.string().default(''),
  aliases: z.array(z.string()).default([]),
  affected: z
    .array(
      z.looseObject({
        package: z.looseObject({ name: z.string(), ecosystem: z.string() }).optional(),
        ranges: z
          .array(
            z.looseObject({
              type: z.string().optional(),
              events: z.array(z.looseObject({ fixed: z.string().optional() })).default([]),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
  database_specific: z
    .looseObject({
      severity: z.string().optional().catch(undefined),
      cwe_ids: z.array(z.string()).optional().catch(undefined),
    })
    .optional(),
});
type OsvRecord = z.infer<typeof record>;

const group = z.looseObject({ ids: z.array(z.string()).min(1), max_severity: z.string().default('') });

const dependency = z.looseObject({
  package: z.looseObject({
    name: z.string().default(''),
    version: z.string().default(''),
    ecosystem: z.string().default(''),
    commit: z.string().optional(),
  }),
  vulnerabilities: z.array(record).default([]),
  groups: z.array(group).default([]),
});
type Dependency = z.infer<typeof dependency>;

/** The report of `--format json --all-packages`; `results` is null where no lockfile states a package. */
const schema = z.looseObject({
  results: z
    .array(z.looseObject({ source: z.looseObject({ path: z.string().min(1) }), packages: z.array(dependency) }))
    .nullable(),
  experimental_config: z.looseObject({}),
});

/** Reads the report of osv-scanner 2: one finding for each group of records that speak of the same flaw, as its own table counts. */
export const osvScanner: Adapter = (report, sink) => {
  const results = schema.parse(report).results ?? [];
  const lineOf = dependencyLines(sink);
  const matches = results.flatMap(({ source, packages }) => {
    const path = nameInView(source.path);
    return packages.flatMap((entry) => groupsOf(entry).map((same) => toMatch(same, entry, path, lineOf)));
  });
  const listed = new Map<string, Dependency[]>();
  for (const { source, packages } of results) {
    const path = nameInView(source.path);
    refuseStrangers(packages, path, sink);
    listed.set(path, [...(listed.get(path) ?? []), ...packages]);
  }
  const included = includedFiles(sink, new Set(listed.keys()));
  accountForFiles(sink, new Set([...listed.keys(), ...included.keys()]));
  for (const path of new Set([...listed.keys(), ...included.keys()])) tellUncompared(path, listed, included, sink);
  emitMatches(matches, sink);
};

/**
 * Where the database of one ecosystem is missing, osv-scanner stops comparing, also for others, and exits with 1 as soon as it
 * has any finding. The step has a database for the ecosystem of each file that it was given, so there must be no other one.
 */
function refuseStrangers(packages: readonly Dependency[], path: string, sink: Sink): void {
  const expected: readonly string[] = ecosystemsOf(path);
  const strange = packages.some(({ package: { ecosystem } }) => {
    const [name = ''] = ecosystem.split(':');
    return name !== '' && !expected.includes(name);
  });
  if (strange) sink.failed('a lockfile has packages of an ecosystem whose advisories the step was not given');
}

/**
 * osv-scanner leaves out packages without a version, such as those that a parent pom.xml would give one, and says nothing at
 * all of requirements that are an address or a folder, nor of such packages of a Pipfile.lock.
 */
function tellUncompared(
  path: string,
  listed: ReadonlyMap<string, Dependency[]>,
  included: ReadonlyMap<string, string[]>,
  sink: Sink,
): void {
  if (!sink.files.some(({ name }) => name === path)) return;
  tellAmbiguous(path, sink);
  const known = [path, ...(included.get(path) ?? [])].flatMap((name) => listed.get(name) ?? []);
  const { missing, asked } = uncomparedIn(path, listed.get(path) ?? [], known.map(nameOf), sink);
  if (missing === 0) return;
  const detail = `${missing} of ${asked} dependencies have no version that advisories could be compared with`;
  sink.unread({ path, reason: 'unpinned', detail });
}

/** `known` are the names under which packages of the file may stand. */
function uncomparedIn(path: string, listed: readonly Dependency[], known: readonly string[], sink: Sink) {
  if (path.endsWith('.txt')) return missingRequirements(sink.text(path), known);
  const packages = dependenciesOf(path, listed, sink);
  const silent = /(^|\/)Pipfile\.lock$/.test(path) ? missingFromPipfile(path, sink.text(path), known) : 0;
  return { missing: packages.filter(isUnversioned).length + silent, asked: packages.length + silent };
}

/** Entries that the installer and osv-scanner take for different things: what it says of the file is of another one. */
function tellAmbiguous(path: string, sink: Sink): void {
  const uv = /(^|\/)uv\.lock$/.test(path);
  if (!uv && !IN_JSON.test(path)) return;
  const count = uv ? manySourced(sink.text(path)) : casedKeys(sink.text(path));
  if (count === 0) return;
  sink.unread({
    path,
    reason: 'unsupported',
    detail: `${count} entries that the installer reads in another way than the tool`,
  });
}

const nameOf = ({ package: { name } }: Dependency): string => name;
/** Packs are of ecosystems: what has a commit alone is compared with nothing. */
const isUnversioned = ({ package: { version } }: Dependency): boolean => version === '';

/** What the lockfile lists but the source itself. */
function dependenciesOf(path: string, packages: readonly Dependency[], sink: Sink): readonly Dependency[] {
  if (!packages.some(isUnversioned)) return packages;
  const own = ownPackages(path, sink.text(path));
  return packages.filter((entry) => !isUnversioned(entry) || !own.has(nameOf(entry)));
}

/** A group with its records; a record that is in no group is a group of its own. */
function groupsOf({ vulnerabilities, groups }: Dependency): { records: OsvRecord[]; score: string }[] {
  const grouped = new Set(groups.flatMap((same) => same.ids));
  const known = groups.map((same) => {
    const records = vulnerabilities.filter(({ id }) => same.ids.includes(id)).sort(byRank);
    if (records.length === 0) throw new Error('a group of advisories without a record');
    return { records, score: same.max_severity };
  });
  const alone = vulnerabilities.filter(({ id }) => !grouped.has(id));
  return [...known, ...alone.map((one) => ({ records: [one], score: '' }))];
}

const PURL_TYPES: Readonly<Record<string, PurlType>> = {
  'crates.io': 'cargo',
  Go: 'golang',
  Maven: 'maven',
  npm: 'npm',
  NuGet: 'nuget',
  Packagist: 'composer',
  PyPI: 'pypi',
  RubyGems: 'gem',
};

function purlOf(ecosystem: string, name: string, version: string): string | undefined {
  const type = PURL_TYPES[ecosystem.split(':')[0] ?? ''];
  return type === undefined ? undefined : packageUrl({ type, name, version });
}

/** GitHub's records first: they state severity and CWE. */
const byRank = (a: OsvRecord, b: OsvRecord): number => rank(a) - rank(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
const rank = ({ id }: OsvRecord): number => (id.startsWith('GHSA-') ? 0 : 1);

function toMatch(
  { records, score }: { records: OsvRecord[]; score: string },
  { package: { name, version, ecosystem, commit } }: Dependency,
  path: string,
  lineOf: ReturnType<typeof dependencyLines>,
): Match {
  const [main] = records;
  if (main === undefined) throw new Error('a group of advisories without a record');
  return {
    id: main.id,
    package: name,
    version: version || (commit ?? ''),
    purl: purlOf(ecosystem, name, version),
    fixed: fixedVersions(records, name),
    path,
    line: lineOf(path, name, version),
    severity: severityOf(records, score),
    cwe: cweIds(records.flatMap((one) => one.database_specific?.cwe_ids ?? [])),
    aliases: unique(records.flatMap((one) => [one.id, ...one.aliases])),
    summary: main.summary,
    details: main.details,
    uri: `https://osv.dev/vulnerability/${main.id}`,
  };
}

/** osv-scanner computes the group's score from the CVSS vectors; a database's own word stands where there is none. */
function severityOf(records: readonly OsvRecord[], score: string): FindingSeverity | undefined {
  const value = Number(score);
  if (score !== '' && Number.isFinite(value)) return scoreSeverity(value);
  return records.map((one) => wordSeverity(one.database_specific?.severity)).find((word) => word !== undefined);
}

function fixedVersions(records: readonly OsvRecord[], name: string): string[] {
  const own = records.flatMap((one) => one.affected).filter((affected) => sameName(affected.package?.name ?? '', name));
  const ranges = own.flatMap((affected) => affected.ranges).filter((range) => range.type !== 'GIT');
  const fixed = ranges.flatMap((range) => range.events.flatMap((event) => event.fixed ?? []));
  return [...new Set(fixed)];
}

/** PyPI's names are equal under PEP 503. */
const sameName = (a: string, b: string): boolean => normal(a) === normal(b);
const normal = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-');
