/**
 * What an embedded tool reads and writes. Inside the sandbox it sees:
 *   /in/files.jsonl   one `InputFile` a line, in canonical order
 *   /in/config.json   the tool's configuration from its tool file
 *   /src/…            the snapshot's files, read-only
 *   /tool/…           the worker bundle and its assets, read-only
 *   /out/report.jsonl written by the tool: one `ReportLine` a line, the last of type `end`
 */

/** `at` is the place under /src; `path` is the repository path that reports use. They differ only for names a tool cannot bear. */
export interface InputFile {
  path: string;
  at: string;
  size: number;
  /** Of a link, in place of content: changes with its target and with what it leads to. */
  link?: string;
}

export interface RuleLine {
  type: 'rule';
  id: string;
  /** CamelCase or kebab-case name, not empty. */
  name: string;
  /** Default severity of its findings. */
  severity: 'critical' | 'high' | 'medium' | 'low' | 'none';
  /** `review` marks interceptors and notes: never in a severity budget. */
  kind: 'fail' | 'review';
  /** Such as `CWE-79`; empty when the rule has none. */
  cwe: string[];
  shortDescription: string;
  fullDescription: string;
  /** What to do about it. Plain text. */
  help: string;
  helpUri?: string;
}

/** Lines and columns are one-based, columns in UTF-16 code units, the end column exclusive (SARIF 2.1.0, 3.30). */
export interface FindingLine {
  type: 'finding';
  rule: string;
  path: string;
  startLine: number;
  startColumn?: number;
  endLine?: number;
  endColumn?: number;
  /** Must not quote a secret or personal value. */
  message: string;
  /** The commit that has the file, where it is none of the source. */
  commit?: string;
  /** Overrides the rule's severity. */
  severity?: RuleLine['severity'];
}

/** A file the tool was given and did not judge. `detail` must quote nothing of the file. */
export interface UnreadLine {
  type: 'unread';
  path: string;
  reason: 'unparsable' | 'unreadable' | 'too-large' | 'timeout' | 'not-text' | 'unsupported' | 'unpinned';
  detail: string;
}

export interface ComponentLine {
  type: 'component';
  /** Package URL (purl-spec), canonical form. */
  purl: string;
  name: string;
  version: string;
  /** The lockfile it was read from, and the one-based line of its entry. */
  path: string;
  line: number;
  scope: 'required' | 'optional' | 'development';
  /** `algorithm: hex`, algorithms as CycloneDX names them (SHA-256, SHA-512, SHA-1). */
  hashes: Record<string, string>;
  /** SPDX licence expressions or names as the lockfile states them. */
  licenses: string[];
  /** purls of direct dependencies, where the lockfile tells. */
  dependsOn: string[];
}

/** Absent from a report means that the tool did not finish: the report is refused as truncated. */
export interface EndLine {
  type: 'end';
  files: number;
  findings: number;
}

export type ReportLine = RuleLine | FindingLine | UnreadLine | ComponentLine | EndLine;

/** One file under scan, read when first asked for. A link cannot be read; it has `link` instead. */
export interface SourceFile {
  readonly path: string;
  readonly size: number;
  readonly link?: string | undefined;
  bytes(): Buffer;
  /** The bytes as UTF-8; `undefined` when they are not valid UTF-8 text (or hold NUL). */
  text(): string | undefined;
}

export interface Report {
  rule(rule: Omit<RuleLine, 'type'>): void;
  finding(finding: Omit<FindingLine, 'type'>): void;
  unread(file: Omit<UnreadLine, 'type'>): void;
  component(component: Omit<ComponentLine, 'type'>): void;
}

export interface StartOptions {
  config: unknown;
  /** The path of a file shipped beside the worker. */
  asset: (name: string) => string;
  /** The folder of data that the operator gave the tool; nothing needs to be there. */
  assets?: string | undefined;
  /** What `scanFile` will be called with. */
  files: readonly Pick<InputFile, 'path'>[];
}

/** An embedded tool. `scanFile` is called once a file under a time cap; what it throws makes the file unread. */
export interface EmbeddedTool {
  /** Called once before the first file. */
  start(report: Report, options: StartOptions): Promise<void>;
  scanFile(file: SourceFile, report: Report): void;
  /** Called once after the last file, for tools that judge the whole tree. */
  finish?(report: Report): void;
}
