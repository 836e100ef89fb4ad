import * as z from 'zod';
import { ecosystemsOf } from '../../../core/advisories/ecosystems.js';
import { pythonName } from '../../../core/lib/python-name.js';
import type { FindingSeverity } from '../../../core/lib/severity.js';
import { type PurlType, packageUrl } from '../../lib/purl.js';
import type { Adapter, Sink } from '../adapter.js';
import { ADVISORY_ID, cweIds, emitMatches, type Match, scoreSeverity, unique, wordSeverity } from '../sca/advisory.js';
import { dependencyLines } from '../sca/dependency-line.js';
import { accountForFiles, nameInView } from '../sca/lockfile.js';
import { includedFiles } from '../sca/requirements.js';
import { spelledOtherwise, tellSpelling } from '../sca/spelling.js';
import { type Listed, tellUncompared } from '../sca/uncompared.js';

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
export const osvScanner: Adapter = (report, sink, { spellings }) => {
  const results = schema.parse(report).results ?? [];
  const lineOf = dependencyLines(sink);
  const matches = results.flatMap(({ source, packages }) => {
    const path = nameInView(source.path);
    return packages.flatMap((entry) => groupsOf(entry).map((same) => toMatch(same, entry, path, lineOf)));
  });
  const listed = new Map<string, Listed[]>();
  for (const { source, packages } of results) {
    const path = nameInView(source.path);
    refuseStrangers(packages, path, sink);
    listed.set(path, [...(listed.get(path) ?? []), ...packages.map((entry) => entry.package)]);
  }
  const included = includedFiles(sink, new Set(listed.keys()));
  accountForFiles(sink, new Set([...listed.keys(), ...included.keys()]));
  for (const path of new Set([...listed.keys(), ...included.keys()])) tellUncompared(path, listed, included, sink);
  const isSpelledOtherwise = spelledOtherwise(spellings);
  for (const [path, packages] of listed) tellSpelling(path, packages.filter(isSpelledOtherwise), sink);
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
const sameName = (a: string, b: string): boolean => pythonName(a) === pythonName(b);
