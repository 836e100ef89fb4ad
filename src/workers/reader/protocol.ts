import type { Spellings } from '../../core/advisories/names.js';
import type { Finding } from '../../core/findings/finding.js';
import type { Category } from '../../core/lib/category.js';
import type { ReportFormat } from '../../core/lib/report-format.js';
import type { RuleLine } from '../lib/protocol.js';

/** `/in/reader.json`: whose report to read and the caps on it. The report's folder is mounted at /report. */
export interface ReaderRequest {
  tool: string;
  category: Category;
  format: ReportFormat;
  file: string;
  /** Members that the stored report leaves out. */
  drop: readonly string[];
  /** As in `ReportContext`. */
  spellings: Spellings;
  maxReportBytes: number;
  maxFindings: number;
}

/** Why a report was refused. */
export type Refused =
  | 'report-missing'
  | 'report-not-a-file'
  | 'report-too-large'
  | 'report-truncated'
  | 'report-broken'
  | 'report-unknown-path'
  | 'too-many-findings'
  | 'tool-reported-failure';

/** `/out/read.json`: what became of it. With `ok`, findings.jsonl, rules.jsonl, unread.jsonl and components.jsonl stand beside it, and native.json where the tool has a report of its own. */
export type ReaderAnswer =
  | { ok: true; findings: number; rules: number; unread: number; components: number; suppressed: number }
  | { ok: false; refused: Refused; message: string };

/** A finding as a report states it, before it is checked against the snapshot. */
export interface RawFinding {
  rule: string;
  path: string;
  startLine: number;
  startColumn?: number;
  endLine?: number;
  endColumn?: number;
  message: string;
  severity?: RuleLine['severity'];
  kind?: RuleLine['kind'];
  /** The commit that it was found in; `path` then need not be in the snapshot. */
  commit?: string;
  /** The tool itself marked it as suppressed; it is a finding all the same. */
  suppressed?: boolean;
  /** For a finding about a dependency: the names of the flaw, and the package. */
  vulnerability?: Finding['vulnerability'];
}

export class RefusedReport extends Error {
  constructor(
    readonly refused: Refused,
    message: string,
  ) {
    super(message);
  }
}
