import type { StepOutcome } from './outcome.js';

/** Why a run ended early, as its signal's reason. */
export class RunCeiling extends Error {
  override readonly name = 'RunCeiling';
  constructor(readonly seconds: number) {
    super(`the run reached its ceiling of ${seconds} s`);
  }
}

/** Why a signal ended the run, unless a step tells of it. */
export const untoldCancel = (signal: AbortSignal, outcomes: readonly StepOutcome[]): string | undefined =>
  signal.aborted && outcomes.every(({ status }) => status !== 'cancelled') ? cancelReason(signal) : undefined;

/** Says in words why a signal ended the run. */
export const cancelReason = ({ reason }: AbortSignal): string =>
  reason instanceof RunCeiling ? reason.message : 'the run was cancelled';
