import type { Audit } from '../lib/audit.js';
import type { Job, JobResult, Mount, Sandbox } from '../lib/sandbox/job.js';
import type { Unread } from '../lib/unread.js';
import type { Catalog } from '../plan/catalog.js';
import type { Step } from '../plan/plan.js';
import type { History } from '../source/history.js';
import type { Snapshot } from '../source/snapshot.js';
import type { Handed } from './input.js';
import type { StepError, StepOutcome } from './outcome.js';
import type { Workers } from './stage.js';

/** What a step needs from its run. */
export interface StepContext {
  snapshot: Snapshot;
  handed: Handed;
  catalog: Catalog;
  workers: Pick<Workers, 'folderOf'>;
  sandbox: Sandbox;
  audit: Audit;
  /** Host folder of this run; each step has a folder of its own under it. */
  scratch: string;
  /** Host folders of asset packs. */
  assets: Readonly<Record<string, string>>;
  /** Host paths of the programs that the policy names, by tool. */
  binaries: Readonly<Record<string, string>>;
  /** The history of the source; made when a step first asks for it. */
  history: () => Promise<History>;
  signal: AbortSignal;
  onState: (state: 'running' | 'reading') => void;
  readReport: ReadReport;
}

/** What was read from a step's report. */
export type ReportRead = { job: Job; result: JobResult } & (
  | { error: StepError }
  | { found: Pick<StepOutcome, 'findings' | 'suppressed' | 'unread'>; results: string }
);

/** What a tool left, and how it saw the source. */
export type Left = Pick<Prepared, 'source' | 'report' | 'unread'> & { folder: string };

/** The port through which a report is read; the findings stage has its implementation. */
export type ReadReport = (step: Step, left: Left, context: StepContext) => Promise<ReportRead>;

/** A step made ready: the job, and what its reader has to know. */
export interface Prepared {
  job: Job;
  /** The source as the tool sees it; reports use these names. */
  source: readonly Mount[];
  /** Host folder in which the report will be. */
  report: string;
  /** Files that it applies to and could not be handed over for judging. */
  unread: readonly Unread[];
}

/** What differs between a worker of this package and an installed program. */
export interface Parts extends Pick<Job, 'substrate' | 'args' | 'cwd' | 'env'> {
  mounts: readonly Mount[];
  source: readonly Mount[];
  unread: readonly Unread[];
}

/** A step that was run: the outcome is evidence, the rest is for the run record. */
export interface StepRun {
  outcome: StepOutcome;
  /** Host folder with findings.jsonl, rules.jsonl, components.jsonl; set when the report was read. */
  results?: string;
  /** Host folder with stdout.log and stderr.log. */
  folder?: string;
  job?: JobResult;
  reader?: JobResult;
}
