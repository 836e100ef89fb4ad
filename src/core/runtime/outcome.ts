import type { Category } from '../lib/category.js';
import type { JobEnd } from '../lib/sandbox/job.js';
import type { Unread } from '../lib/unread.js';

/** Why a step has no result. */
export type ErrorCause =
  | 'missing'
  | 'digest'
  | 'not-started'
  | 'crash'
  | 'exit-code'
  | 'timeout'
  | 'memory'
  | 'output'
  | 'report'
  | 'reader'
  | 'advisories';

export interface StepError {
  cause: ErrorCause;
  message: string;
  remedy: string;
}

/** How a step ended. Nothing but `clean` and `findings` says that the tool looked at its files. */
export type StepStatus = 'clean' | 'findings' | 'not-applicable' | 'skipped' | 'cancelled' | 'error';

/** What evidence holds of a step: a function of source, plan and toolchain, without times or hosts. */
export interface StepOutcome {
  step: string;
  tool: string;
  category: Category | null;
  status: StepStatus;
  /** Set with `error`. */
  error: StepError | null;
  /** Set with `skipped` and `cancelled`: who or what, and why. */
  reason: string | null;
  /** Files that the step was given. */
  files: number;
  findings: number;
  /** Results that the tool marked as suppressed; they count all the same. */
  suppressed: number;
  /** Files it was given and did not judge. */
  unread: readonly Unread[];
}

/** Says in words why a process has no usable result; `undefined` when it ended by itself with an exit code. */
export function endError(end: JobEnd, what: string): StepError | undefined {
  switch (end.kind) {
    case 'exited':
      return undefined;
    case 'signalled':
      return { cause: 'crash', message: `${what} was ended by ${end.signal}`, remedy: 'Its log is in the run record.' };
    case 'timeout':
      return {
        cause: 'timeout',
        message: `${what} used up its ${end.limit === 'cpuSeconds' ? 'CPU time' : 'time'}`,
        remedy: 'Raise `wall` or `cpu` in the tool file and in the policy, or narrow the source.',
      };
    case 'memory':
      return {
        cause: 'memory',
        message: `${what} ran out of memory`,
        remedy: 'Raise `memory` in the tool file and in the policy, or narrow the source.',
      };
    case 'output':
      return {
        cause: 'output',
        message: `${what} wrote more than it may`,
        remedy: 'Raise `output` in the tool file and in the policy.',
      };
    case 'not-started':
      return {
        cause: 'not-started',
        // The reason names paths of this host and may be a forged line of the tool's: it is in the run record alone.
        message: `${what} could not be started`,
        remedy: 'The reason is in the run record; `security-scan doctor` tells what this host lacks.',
      };
    case 'cancelled':
      return { cause: 'crash', message: `${what} was cancelled`, remedy: 'Run again.' };
  }
}
