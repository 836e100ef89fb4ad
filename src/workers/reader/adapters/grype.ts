import * as z from 'zod';
import type { FindingSeverity } from '../../../core/lib/severity.js';
import type { Adapter, Sink } from '../adapter.js';
import { ADVISORY_ID, cweIds, emitMatches, type Match, scoreSeverity, unique, wordSeverity } from '../sca/advisory.js';
import { dependencyLines } from '../sca/dependency-line.js';
import { developmentPackages } from '../sca/development.js';
import { statesNoDependency } from '../sca/empty-lockfile.js';
import { nameInView } from '../sca/lockfile.js';
import { tellAmbiguous } from '../sca/uncompared.js';

const metadata = z.looseObject({
  id: z.string().regex(ADVISORY_ID),
  dataSource: z.string().optional(),
  severity: z.string().optional(),
  description: z.string().default(''),
  cvss: z
    .array(z.looseObject({ metrics: z.looseObject({ baseScore: z.number() }).optional() }))
    .nullish()
    .transform((value) => value ?? []),
  cwes: z
    .array(z.looseObject({ cwe: z.string().default('') }))
    .nullish()
    .transform((value) => value ?? []),
});

const found = z.looseObject({
  vulnerability: metadata.extend({
    fix: z.looseObject({ versions: z.array(z.string()).nullish() }).optional(),
  }),
  relatedVulnerabilities: z.array(metadata).default([]),
  artifact: z.looseObject({
    name: z.string().min(1),
    version: z.string().default(''),
    purl: z.string().default(''),
    locations: z.array(z.looseObject({ path: z.string().min(1) })).min(1, 'a package without a place'),
  }),
});
type Found = z.infer<typeof found>;

/** The JSON report of grype 0.110, from its document model; `descriptor.db` is there only when a database was read. */
const schema = z.looseObject({
  matches: z.array(found),
  ignoredMatches: z.array(found).default([]),
  source: z.looseObject({ type: z.literal('directory') }),
  descriptor: z.looseObject({ name: z.literal('grype'), db: z.looseObject({}) }),
});

/**
 * Reads the report of grype. It names matches alone and never the files that were read: that a lockfile could not be parsed
 * cannot be told from it.
 */
export const grype: Adapter = (report, sink) => {
  const { matches, ignoredMatches } = schema.parse(report);
  const lineOf = dependencyLines(sink);
  for (const { name } of sink.files) {
    tellAmbiguous(name, sink);
    tellLeftOut(name, sink);
  }
  emitMatches(
    [
      ...matches.flatMap((one) => toMatches(one, lineOf)),
      ...ignoredMatches.flatMap((one) => toMatches(one, lineOf).map((match) => ({ ...match, suppressed: true }))),
    ],
    sink,
  );
};

/** Lockfiles for which its Syft (1.42) has no reader. */
const UNREAD = /(^|\/)(npm-shrinkwrap\.json|packages\.config)$/;

/** Records as unread a lockfile, or one with packages, that grype passes over: it has no switch for them. */
function tellLeftOut(path: string, sink: Sink): void {
  if (UNREAD.test(path) && !statesNoDependency(path, sink.text(path)))
    sink.unread({ path, reason: 'unsupported', detail: 'the tool does not read files of this form' });
  const count = developmentPackages(path, sink.text(path));
  if (count === 0) return;
  const detail = `${count} packages are marked as for development, and the tool compares them with nothing`;
  sink.unread({ path, reason: 'unsupported', detail });
}

/** One for each file in which the package stands. */
function toMatches(one: Found, lineOf: ReturnType<typeof dependencyLines>): Match[] {
  const { vulnerability, relatedVulnerabilities, artifact } = one;
  const paths = unique(artifact.locations.map(({ path }) => nameInView(path)));
  const described = [vulnerability, ...relatedVulnerabilities].find(({ description }) => description !== '');
  return paths.map((path) => ({
    id: vulnerability.id,
    package: artifact.name,
    version: artifact.version,
    purl: artifact.purl || undefined,
    fixed: vulnerability.fix?.versions ?? [],
    path,
    line: lineOf(path, artifact.name, artifact.version),
    severity: severityOf(one),
    cwe: cweIds([vulnerability, ...relatedVulnerabilities].flatMap(({ cwes }) => cwes.map(({ cwe }) => cwe))),
    aliases: unique(relatedVulnerabilities.map(({ id }) => id)),
    summary: described?.description ?? '',
    details: described?.description ?? '',
    // Empty where the advisory names no page.
    uri: vulnerability.dataSource || undefined,
  }));
}

/** Grype's word; for `Unknown` the highest score that a database gives. */
function severityOf({ vulnerability, relatedVulnerabilities }: Found): FindingSeverity | undefined {
  const scores = [vulnerability, ...relatedVulnerabilities].flatMap(({ cvss }) =>
    cvss.flatMap(({ metrics }) => metrics?.baseScore ?? []),
  );
  const scored = scores.length === 0 ? undefined : scoreSeverity(Math.max(...scores));
  return wordSeverity(vulnerability.severity) ?? scored;
}
