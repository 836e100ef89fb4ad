import * as z from 'zod';
import type { Adapter, Sink } from '../adapter.js';
import { ADVISORY_ID, cweIds, emitMatches, type Match, unique, wordSeverity } from '../sca/advisory.js';
import { dependencyLines } from '../sca/dependency-line.js';
import { accountForFiles, nameInView } from '../sca/lockfile.js';
import { isPipfileLock, missingFromPipfile } from '../sca/pipfile.js';
import { includedFiles, unlistedRequirements } from '../sca/requirements.js';
import { tellAmbiguous, tellUnpinned } from '../sca/uncompared.js';

const vulnerability = z.looseObject({
  VulnerabilityID: z.string().regex(ADVISORY_ID),
  VendorIDs: z.array(z.string()).default([]),
  PkgID: z.string().optional(),
  PkgName: z.string().min(1),
  PkgPath: z.string().optional(),
  PkgIdentifier: z.looseObject({ PURL: z.string().optional() }).optional(),
  InstalledVersion: z.string().default(''),
  FixedVersion: z.string().default(''),
  Severity: z.string().optional(),
  CweIDs: z.array(z.string()).default([]),
  Title: z.string().default(''),
  Description: z.string().default(''),
  PrimaryURL: z.string().optional(),
});
type Vulnerability = z.infer<typeof vulnerability>;

const dependency = z.looseObject({
  ID: z.string().optional(),
  Name: z.string(),
  Version: z.string().default(''),
  FilePath: z.string().optional(),
  Relationship: z.string().optional(),
  Locations: z.array(z.looseObject({ StartLine: z.int().min(1) })).default([]),
});
type Dependency = z.infer<typeof dependency>;

const modified = z.looseObject({ Type: z.string(), Finding: z.unknown() });

const nothing = z.array(z.unknown()).max(0, 'trivy was asked for vulnerabilities alone').optional();

const result = z.looseObject({
  Target: z.string().min(1),
  Class: z.string().optional(),
  Packages: z.array(dependency).default([]),
  Vulnerabilities: z.array(vulnerability).default([]),
  ExperimentalModifiedFindings: z.array(modified).default([]),
  Misconfigurations: nothing,
  Secrets: nothing,
  Licenses: nothing,
});
type Result = z.infer<typeof result>;

/** The report of `--format json --list-all-pkgs --show-suppressed`, schema version 2. */
const schema = z.looseObject({
  SchemaVersion: z.literal(2),
  ArtifactType: z.literal('filesystem'),
  Results: z.array(result).default([]),
});

/** Reads the report of `trivy filesystem`. Trivy lists each file in which it found packages, with or without vulnerabilities. */
export const trivy: Adapter = (report, sink) => {
  const { Results } = schema.parse(report);
  const lineOf = dependencyLines(sink);
  const listed = new Set(Results.flatMap(filesOf));
  accountForFiles(sink, listed);
  includedFiles(sink, listed);
  for (const { name } of sink.files) if (listed.has(name)) tellAmbiguous(name, sink);
  for (const one of Results) tellUncompared(one, sink);
  emitMatches(
    Results.flatMap((one) => [
      ...one.Vulnerabilities.map((found) => toMatch(found, one, lineOf)),
      ...suppressedOf(one).map((found) => ({ ...toMatch(found, one, lineOf), suppressed: true })),
    ]),
    sink,
  );
};

/** The target is the lockfile; for packages of many files (`Node.js`, `Java`) each has a path of its own. */
const filesOf = ({ Target, Packages }: Result): string[] =>
  [Target, ...Packages.flatMap(({ FilePath }) => FilePath ?? [])].map(nameInView);

/** The project itself stands among its dependencies, mostly without a version. */
const OWN = ['root', 'workspace'];

function tellUncompared({ Target, Packages }: Result, sink: Sink): void {
  const path = nameInView(Target);
  if (!sink.files.some(({ name }) => name === path)) return;
  const dependencies = Packages.filter(({ Relationship }) => !OWN.includes(Relationship ?? ''));
  const unversioned = dependencies.filter(({ Version }) => Version === '').length;
  // Of requirements files it lists what is pinned by `==`, and says nothing of the rest.
  const left = REQUIREMENTS.test(path) ? unlistedRequirements(sink.text(path), dependencies.map(nameOf)) : 0;
  // Of a Pipfile.lock it lists the category `default` alone.
  const beside = isPipfileLock(path) ? missingFromPipfile(path, sink.text(path), dependencies.map(releaseOf)) : 0;
  tellUnpinned(path, { missing: unversioned + left + beside, asked: dependencies.length + left + beside }, sink);
}

const REQUIREMENTS = /requirements[^/]*\.txt$/;
const nameOf = ({ Name }: Dependency): string => Name;
const releaseOf = ({ Name, Version }: Dependency) => ({ name: Name, version: Version });

/** What an ignore file or a VEX document would have hidden. */
const suppressedOf = ({ ExperimentalModifiedFindings }: Result): Vulnerability[] =>
  ExperimentalModifiedFindings.map(({ Type, Finding }) => {
    if (Type !== 'vulnerability') throw new Error('a suppressed finding of a kind that trivy was not asked for');
    return vulnerability.parse(Finding);
  });

function toMatch(
  found: Vulnerability,
  { Target, Packages }: Result,
  lineOf: ReturnType<typeof dependencyLines>,
): Match {
  const path = nameInView(found.PkgPath || Target);
  const own = Packages.find((dependency) => isOf(found, dependency))?.Locations[0]?.StartLine;
  return {
    id: found.VulnerabilityID,
    package: found.PkgName,
    version: found.InstalledVersion,
    purl: found.PkgIdentifier?.PURL,
    fixed: found.FixedVersion.split(',').flatMap((version) => version.trim() || []),
    path,
    line: own ?? lineOf(path, found.PkgName, found.InstalledVersion),
    severity: wordSeverity(found.Severity),
    cwe: cweIds(found.CweIDs),
    aliases: unique(found.VendorIDs),
    summary: found.Title,
    details: found.Description,
    uri: found.PrimaryURL,
  };
}

const isOf = (found: Vulnerability, { ID, Name, Version }: Dependency): boolean =>
  found.PkgID !== undefined && ID !== undefined
    ? found.PkgID === ID
    : found.PkgName === Name && found.InstalledVersion === Version;
