import type { Enforcement, JobEnd, SandboxLevel } from '../lib/sandbox/job.js';
import type { RecordFile } from './record-files.js';
import { bundleSubject, RUN_PREDICATE, type Statement, statement } from './statement.js';

/** One process of the run. */
export interface ProcessRecord {
  id: string;
  end: JobEnd;
  wallMs: number;
  cpuMs: number | null;
  maxRssBytes: number | null;
  logTruncated: boolean;
}

/** What varies from run to run, and therefore stands apart from the evidence. Times are RFC 3339. */
export interface RunPredicate {
  run: string;
  started: string;
  finished: string;
  generator: { name: 'security-scan'; version: string };
  host: { platform: string; arch: string; kernel: string; cpus: number };
  runtime: 'local' | 'dagger';
  sandbox: { level: SandboxLevel; unsandboxed: boolean; enforcement: Enforcement };
  substrate: Readonly<Record<string, { path: string; version: string }>>;
  verdict: { verdict: string; exitCode: number; exitZero: boolean };
  processes: ProcessRecord[];
  /** Head and length of the hash-chained audit log beside this statement. */
  audit: { head: string; entries: number };
  /** The other files of this record. */
  files: RecordFile[];
}

export const runStatement = (indexSha256: string, predicate: RunPredicate): Statement<RunPredicate> =>
  statement([bundleSubject(indexSha256)], RUN_PREDICATE, predicate);
