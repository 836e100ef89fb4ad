import * as z from 'zod';
import type { FindingSeverity } from '../../../core/lib/severity.js';
import type { Adapter, Sink } from '../adapter.js';

/** Zero-based; columns are bytes, the end is exclusive. */
const point = z.looseObject({ row: z.int().min(0), column: z.int().min(0) });

const location = z.looseObject({
  symbolic: z.looseObject({
    key: z.looseObject({ Local: z.looseObject({ verbatim_path: z.string().min(1) }) }),
    annotation: z.string(),
    kind: z.string(),
  }),
  concrete: z.looseObject({ location: z.looseObject({ start_point: point, end_point: point }) }),
});
type Location = z.infer<typeof location>;

const result = z.looseObject({
  ident: z.string().regex(/^[a-z]+(?:-[a-z]+)*$/),
  desc: z.string().min(1),
  url: z.string(),
  determinations: z.looseObject({
    confidence: z.enum(['Low', 'Medium', 'High']),
    severity: z.enum(['Informational', 'Low', 'Medium', 'High']),
  }),
  locations: z.array(location).min(1),
  ignored: z.boolean(),
});
type Result = z.infer<typeof result>;

/** The report of `--format json-v1`, zizmor 1. */
const schema = z.array(result);

const SEVERITY = { Informational: 'none', Low: 'low', Medium: 'medium', High: 'high' } as const satisfies Record<
  Result['determinations']['severity'],
  FindingSeverity
>;

/**
 * Weaknesses of the audits that have one, by the ids that CodeQL gives its queries for workflows where it has the same; but
 * its CWE-275 is a category, to which nothing may be mapped.
 */
const CWE: Record<string, string> = {
  'archived-uses': 'CWE-1104',
  'bot-conditions': 'CWE-290',
  'cache-poisoning': 'CWE-349',
  'dangerous-triggers': 'CWE-829',
  'dependabot-execution': 'CWE-829',
  'excessive-permissions': 'CWE-250',
  'github-env': 'CWE-77',
  'hardcoded-container-credentials': 'CWE-798',
  'impostor-commit': 'CWE-829',
  'insecure-commands': 'CWE-77',
  'known-vulnerable-actions': 'CWE-1395',
  'overprovisioned-secrets': 'CWE-312',
  'template-injection': 'CWE-94',
  'unpinned-images': 'CWE-829',
  'unpinned-uses': 'CWE-829',
  'unredacted-secrets': 'CWE-312',
  'unsound-condition': 'CWE-571',
};

/**
 * Reads the report of zizmor. It was run so that it fails as a whole for a file that it cannot parse: its report would not
 * tell. What a comment of the tree wants ignored is a finding.
 */
export const zizmor: Adapter = (report, sink) => {
  for (const found of schema.parse(report)) tell(found, sink);
};

function tell({ ident, desc, url, determinations, locations, ignored }: Result, sink: Sink): void {
  const severity = SEVERITY[determinations.severity];
  const kind = severity === 'none' ? ('review' as const) : ('fail' as const);
  sink.rule({
    id: ident,
    name: ident,
    severity,
    kind,
    cwe: [CWE[ident] ?? []].flat(),
    shortDescription: desc,
    fullDescription: desc,
    help: `The audit and its remedy are described at ${url}`,
    helpUri: url,
  });
  const place = locations.find(({ symbolic }) => symbolic.kind === 'Primary') ?? locations[0];
  if (place === undefined) throw new Error('a result has no location');
  const message = `${desc}: ${place.symbolic.annotation} (confidence: ${determinations.confidence.toLowerCase()})`;
  sink.finding({ rule: ident, ...regionOf(place, sink), message, severity, kind, suppressed: ignored });
}

function regionOf({ symbolic, concrete }: Location, sink: Sink) {
  const path = symbolic.key.Local.verbatim_path;
  const { start_point: start, end_point: end } = concrete.location;
  const lines = sink.text(path).split('\n');
  const startLine = start.row + 1;
  const region = { path, startLine, startColumn: columnOf(lines[start.row], start.column) };
  // What ends before the first column of a line ends with the line before.
  if (end.column === 0 && end.row > start.row) return { ...region, endLine: end.row };
  return { ...region, endLine: end.row + 1, endColumn: columnOf(lines[end.row], end.column) };
}

/** One-based, in UTF-16 code units, of a count of bytes. */
const columnOf = (line = '', bytes: number): number =>
  Buffer.from(line, 'utf8').subarray(0, bytes).toString('utf8').length + 1;
