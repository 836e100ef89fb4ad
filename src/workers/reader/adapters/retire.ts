import * as z from 'zod';
import { packageUrl } from '../../lib/purl.js';
import type { Adapter, Sink } from '../adapter.js';
import { ADVISORY_ID, cweIds, emitMatches, type Match, unique, wordSeverity } from '../sca/advisory.js';
import { dependencyLines } from '../sca/dependency-line.js';
import { nameInView } from '../sca/lockfile.js';

const ids = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

const vulnerability = z.looseObject({
  below: z.string().optional(),
  severity: z.string().optional(),
  cwe: z.array(z.string()).default([]),
  identifiers: z
    .looseObject({
      summary: z.string().default(''),
      CVE: ids.default([]),
      githubID: ids.default([]),
      retid: ids.default([]),
      bug: ids.default([]),
      issue: ids.default([]),
      PR: ids.default([]),
      osvdb: ids.default([]),
      tenable: ids.default([]),
      gist: ids.default([]),
    })
    .prefault({}),
  info: z.array(z.string()).default([]),
});
type Vulnerability = z.infer<typeof vulnerability>;

const result = z.looseObject({
  component: z.string().optional(),
  npmname: z.string().optional(),
  version: z.string().optional(),
  detection: z.string().optional(),
  vulnerabilities: z.array(vulnerability).default([]),
});
type Library = z.infer<typeof result>;

const entry = z.looseObject({ file: z.string().min(1), results: z.array(result) });

/** The report of `--outputformat json --verbose`, Retire.js 5. */
const schema = z.looseObject({
  version: z.string(),
  data: z.array(entry),
  errors: z.array(z.string()),
  vulnerabilityRepositories: z.array(z.string()).min(1, 'no list of vulnerabilities was used'),
});

/**
 * Reads the report of Retire.js. Everything it recognised is in it (`--verbose`), so that a library which it recognised by
 * its folder alone, and whose content it therefore did not look at, can be told.
 */
export const retire: Adapter = (report, sink) => {
  const { data, errors } = schema.parse(report);
  for (const message of errors) readError(message, sink);
  for (const { file, results } of data) {
    if (results.some(({ detection }) => detection === 'filename' || detection === 'uri')) {
      sink.unread({
        path: nameInView(file),
        reason: 'unsupported',
        detail: 'a library was recognised by the path of the file alone; the content was not compared',
      });
    }
  }
  const lineOf = dependencyLines(sink);
  emitMatches(
    data.flatMap(({ file, results }) =>
      results.flatMap((library) =>
        library.vulnerabilities.map((found) => toMatch(found, library, nameInView(file), lineOf)),
      ),
    ),
    sink,
  );
};

/** Errors about one file make that file unread; any other means that Retire.js did not do its work, whatever its exit code. */
function readError(message: string, sink: Sink): void {
  const file = /^Could not parse file: (.+)$/s.exec(message)?.[1];
  if (file === undefined) sink.failed('Retire.js reports an error that is not about one file');
  sink.unread({ path: nameInView(file), reason: 'unparsable', detail: 'Retire.js could not parse this file' });
}

function toMatch(
  found: Vulnerability,
  { component = '', npmname = component, version = '' }: Library,
  path: string,
  lineOf: ReturnType<typeof dependencyLines>,
): Match {
  const { identifiers, below, info } = found;
  return {
    id: idOf(found, component),
    package: component,
    version,
    purl: packageUrl({ type: 'npm', name: npmname, version }),
    ...fixOf(below),
    path,
    line: lineOf(path, version, version),
    severity: wordSeverity(found.severity),
    cwe: cweIds(found.cwe),
    aliases: unique([...identifiers.CVE, ...identifiers.githubID]),
    summary: identifiers.summary,
    details: identifiers.summary,
    uri: info[0],
  };
}

/** The end of a whole line is written as a version that nobody released: `2.999.999` stands for all of 2.x. */
const LAST_OF_LINE = /^(\d+(?:\.\d+)*?)\.999(?:\.999)*$/;

function fixOf(below: string | undefined): Pick<Match, 'fixed' | 'endOfLine'> {
  const line = below === undefined ? undefined : LAST_OF_LINE.exec(below)?.[1];
  if (line !== undefined) return { fixed: [], endOfLine: `${line}.x` };
  return { fixed: below === undefined ? [] : [below] };
}

/** A public id where there is one, else Retire.js's own, else the library with the number in its tracker. */
function idOf({ identifiers, below }: Vulnerability, component: string): string {
  const { CVE, githubID, retid, bug, issue, PR, osvdb, tenable, gist } = identifiers;
  const local = [
    ...retid.map((id) => `retid-${id}`),
    ...issue.map((id) => `issue-${id}`),
    ...bug.map((id) => `bug-${id}`),
    ...PR.map((id) => `pull-${id}`),
    ...osvdb.map((id) => `osvdb-${id}`),
    ...tenable.map((id) => `tenable-${id}`),
    ...gist.map((id) => `gist-${id}`),
    `below-${below ?? 'any'}`,
  ];
  const id = CVE[0] ?? githubID[0] ?? `retire/${component}/${local[0]}`;
  if (!ADVISORY_ID.test(id)) throw new Error('an advisory of Retire.js has an id that cannot name a rule');
  return id;
}
