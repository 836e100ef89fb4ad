import type { Limits } from './sandbox/job.js';

const MiB = 2 ** 20;

/** Findings of one step; above it the step is an error, because a cut list is not a list. */
export const MAX_STEP_FINDINGS = 250_000;

/** What a reader of one report may use: room for `MAX_STEP_FINDINGS` findings in memory. */
export const READER_LIMITS: Limits = {
  memoryBytes: 2048 * MiB,
  cpuSeconds: 600,
  wallSeconds: 900,
  pids: 64,
  outputBytes: 2048 * MiB,
  logBytes: MiB,
  tmpBytes: 16 * MiB,
};
