import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareFindings, type Finding, type Rule } from '../../core/findings/finding.js';
import { fingerprinter, type MaskedFile, maskedFile } from '../../core/findings/fingerprint.js';
import { printable } from '../../core/lib/printable.js';
import type { InputFile } from '../lib/protocol.js';
import { cleanLine } from './clean.js';
import type { Collected } from './collect.js';
import { type FindingBase, historyFindings, isOfHistory } from './history.js';
import { namesOf, reportedName } from './names.js';
import { type RawFinding, type ReaderRequest, RefusedReport } from './protocol.js';

const MAX_MESSAGE = 1000;

/** The files of the step by the names under which a report may speak of them. */
export type Index = ReadonlyMap<string, InputFile>;

export function indexOf(files: readonly InputFile[]): Index {
  return new Map(files.flatMap((file) => namesOf(file).map((name) => [name, file] as const)));
}

/** Sets every finding against the snapshot, masks, fingerprints and sorts. Throws `RefusedReport` for an unknown path. */
export function normalise(collected: Collected, request: ReaderRequest, index: Index, source: string): Finding[] {
  const print = fingerprinter(request.tool);
  const [ofHistory, ofTree] = [collected.findings.filter(isOfHistory), collected.findings.filter(isOfTree)];
  const located = ofTree.map((raw) => ({ raw, file: lookUp(raw.path, index) })).sort(byPlace);
  const base = (raw: RawFinding) => baseOf(raw, collected.rules.get(raw.rule), request);
  const findings = historyFindings(ofHistory, base, print);
  let current: { path: string; masked: MaskedFile } | undefined;
  for (const { raw, file } of located) {
    // Sorted by path: one masked file in memory at a time.
    if (current?.path !== file.path) current = { path: file.path, masked: maskedFile(textOf(file, source)) };
    findings.push(toFinding(raw, file, base(raw), current.masked, print));
  }
  return findings.sort(compareFindings);
}

const isOfTree = (raw: RawFinding): boolean => raw.commit === undefined;

type Located = { raw: RawFinding; file: InputFile };

const byPlace = (a: Located, b: Located): number =>
  order(a.file.path, b.file.path) ||
  a.raw.startLine - b.raw.startLine ||
  (a.raw.startColumn ?? 0) - (b.raw.startColumn ?? 0) ||
  order(a.raw.rule, b.raw.rule);

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A report may speak only of files that the step was given. */
export function lookUp(path: string, index: Index): InputFile {
  const file = index.get(path) ?? index.get(reportedName(path));
  if (file === undefined) {
    throw new RefusedReport(
      'report-unknown-path',
      `the report names a file that is not in scope: ${printable(path, 80)}`,
    );
  }
  return file;
}

/** Bytes that are not UTF-8 become U+FFFD, so that every file has lines to speak of. A link is not followed. */
const textOf = ({ at, link }: InputFile, source: string): string => link ?? readFileSync(join(source, at), 'utf8');

/** What a finding has wherever it is. */
function baseOf(raw: RawFinding, rule: Rule | undefined, request: ReaderRequest): FindingBase {
  if (rule === undefined)
    throw new RefusedReport('report-broken', `a finding of an undeclared rule ${printable(raw.rule, 80)}`);
  const kind = raw.kind === 'review' ? 'review' : rule.kind;
  return {
    tool: request.tool,
    rule: rule.id,
    category: request.category,
    kind,
    severity: kind === 'review' ? 'none' : (raw.severity ?? rule.severity),
    cwe: rule.cwe,
    message: cleanLine(raw.message, MAX_MESSAGE, rule.id) || rule.id,
    vulnerability: raw.vulnerability,
    suppressed: raw.suppressed === true ? true : undefined,
  };
}

function toFinding(
  raw: RawFinding,
  file: InputFile,
  base: FindingBase,
  masked: MaskedFile,
  print: ReturnType<typeof fingerprinter>,
): Finding {
  return {
    ...base,
    path: file.path,
    ...region(raw, masked.lines.length),
    fingerprint: print(base.rule, file.path, masked.lines[raw.startLine - 1] ?? ''),
    lineHash: masked.hashes[raw.startLine - 1] ?? masked.hashes.at(-1) ?? '0:1',
  };
}

/** A region that lies in the file: viewers and GitHub refuse others. */
function region(raw: RawFinding, lines: number) {
  const startLine = Math.min(raw.startLine, lines);
  const endLine = raw.endLine === undefined ? undefined : Math.min(Math.max(raw.endLine, startLine), lines);
  const oneLine = endLine === undefined || endLine === startLine;
  const backwards = oneLine && raw.endColumn !== undefined && raw.endColumn < (raw.startColumn ?? 1);
  return { startLine, startColumn: raw.startColumn, endLine, endColumn: backwards ? undefined : raw.endColumn };
}
