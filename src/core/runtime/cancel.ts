/** Why a run ended early, as its signal's reason. */
export class RunCeiling extends Error {
  override readonly name = 'RunCeiling';
  constructor(readonly seconds: number) {
    super(`the run reached its ceiling of ${seconds} s`);
  }
}

/** Says in words why a signal ended the run. */
export const cancelReason = ({ reason }: AbortSignal): string =>
  reason instanceof RunCeiling ? reason.message : 'the run was cancelled';

/** What to do about it. */
export const cancelRemedy = ({ reason }: AbortSignal): string =>
  reason instanceof RunCeiling
    ? 'Raise the ceiling (`--timeout`, or `runtimeCeilingMinutes` in the manifest).'
    : 'Run again.';
