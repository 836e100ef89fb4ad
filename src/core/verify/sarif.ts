import { createHash } from 'node:crypto';
import * as z from 'zod';
import { joinRuns, REPORT_END, REPORT_START, renderSarif, type SarifRun } from '../bundle/sarif.js';
import { uploadPlaces, uploadRuns } from '../bundle/upload.js';
import { type Finding, type Rule, ruleSchema } from '../findings/finding.js';
import { SEVERITIES } from '../lib/severity.js';
import type { StepOutcome } from '../runtime/outcome.js';
import { channel } from './channel.js';
import { parseJson } from './document.js';
import type { Counts, SeverityCounts } from './findings.js';
import { type BundleFolder, bytesOf, linesOf, measure } from './folder.js';
import { Unsound } from './problems.js';
import { headSchema, type SarifHead } from './sarif-head.js';

/** What a report is rendered from again; its rules are in no other file, so they are taken from it. */
export interface Report {
  /** Path in the bundle. */
  path: string;
  run: Omit<SarifRun, 'findings'>;
}

/** Runs that reports show: those of steps that were started, but for SBOMs. */
export const isReported = ({ status, category }: StepOutcome): boolean =>
  status !== 'skipped' && status !== 'not-applicable' && category !== 'sbom';

/** Characters gathered before they are hashed. */
const BUFFER = 1 << 16;

/** What a report says of its run's rules, and which results it marks as known to the baseline. */
export async function readReportHead(folder: BundleFolder, path: string, baseline: boolean): Promise<ReportHead> {
  const known = new Set<string>();
  let head: SarifHead | undefined;
  let at = 0;
  for await (const lines of linesOf(folder, path)) {
    for (const line of lines) {
      if (at === 0 && line !== REPORT_START) throw new Unsound('does not begin as a report does');
      if (at === 1) head = headSchema.parse(parseJson(`${line}]}`));
      if (at > 1 && baseline) addKnown(line, known);
      at += 1;
    }
    if (head !== undefined && !baseline) break;
  }
  if (head === undefined) throw new Unsound('is cut off');
  return { rules: head.tool.driver.rules.map((rule) => ruleSchema.parse(rule)), known };
}

export interface ReportHead {
  rules: Rule[];
  known: ReadonlySet<string>;
}

const KNOWN = /"securityScan\/v1":"([0-9a-f]{64})"\},"baselineState":"unchanged"/;

function addKnown(line: string, known: Set<string>): void {
  const fingerprint = KNOWN.exec(line)?.[1];
  if (fingerprint !== undefined) known.add(fingerprint);
}

/** Renders one report while findings are read, and gives the digest that its file must have. */
export function rerender({ run }: Report) {
  const findings = channel<readonly Finding[]>();
  const hash = createHash('sha256');
  const rendered = (async () => {
    let pending = '';
    for await (const piece of renderSarif([{ ...run, findings: findings.values }])) {
      pending += piece;
      if (pending.length < BUFFER) continue;
      hash.update(pending);
      pending = '';
    }
    hash.update(pending);
  })();
  return {
    /** A renderer that fails must not leave its feeder waiting. */
    push: (batch: readonly Finding[]): Promise<void> => Promise.race([findings.push(batch), rendered]),
    async finish(): Promise<string> {
      findings.close();
      await rendered;
      return hash.digest('hex');
    },
  };
}

/**
 * The digest of results.sarif: the runs of all reports in one file. Reports must have been found sound: their runs are
 * taken from their files as they stand.
 */
export const digestOfAll = (folder: BundleFolder, reports: readonly Report[]): Promise<string> =>
  digestOfRuns(reports.map((report) => runIn(folder, report)));

/** The digest of results.upload.sarif: as `digestOfAll`, without failed runs and what an upload leaves out. */
export function digestOfUpload(folder: BundleFolder, reports: readonly Report[], counts: Counts): Promise<string> {
  const none = async function* (): AsyncGenerator<readonly Finding[]> {};
  const chosen = uploadRuns(reports.map(({ run }) => ({ ...run, findings: none }))).map(({ tool }) => tool.id);
  const runs = reports
    .filter(({ run }) => chosen.includes(run.tool.id))
    .map((report) => uploadedRun(folder, report, counts.get(report.run.tool.id) ?? new Map()));
  return digestOfRuns(runs);
}

async function digestOfRuns(runs: readonly AsyncIterable<string | Buffer>[]): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of joinRuns(runs)) hash.update(piece);
  return hash.digest('hex');
}

/** The run inside a report's file. */
async function* runIn(folder: BundleFolder, { path }: Report): AsyncGenerator<Buffer> {
  const { size } = await measure(folder, path);
  yield* bytesOf(folder, path, REPORT_START.length + 1, size - REPORT_END.length);
}

/** The end of a line with one result that an upload may have: one of the history has a commit there. */
const UPLOADED = /"properties":\{"severity":"([a-z]+)","cwe":\[[^\]]*\]\}\},?$/;
/** No text of a finding can hold it: quotes are escaped there. */
const SUPPRESSED = '"suppressions":[{';
const severity = z.enum([...SEVERITIES, 'none']);

/** The run inside a report's file, with the results that an upload has, in their order. */
async function* uploadedRun(folder: BundleFolder, { path }: Report, counts: SeverityCounts): AsyncGenerator<string> {
  const places = uploadPlaces(counts);
  let room = [...places.values()].reduce((sum, left) => sum + left, 0);
  let at = 0;
  let separator = '\n';
  for await (const lines of linesOf(folder, path)) {
    for (const line of lines) {
      const kind = line.includes(SUPPRESSED) ? undefined : severity.safeParse(UPLOADED.exec(line)?.[1]).data;
      const left = kind === undefined ? 0 : (places.get(kind) ?? 0);
      if (at === 1) yield line;
      if (at > 1 && kind !== undefined && left > 0) {
        places.set(kind, left - 1);
        room -= 1;
        yield separator + line.replace(/,$/, '');
        separator = ',\n';
      }
      at += 1;
    }
    // The rest of a large report is not looked through for results that find no place.
    if (at > 1 && room === 0) break;
  }
  yield '\n]}';
}
