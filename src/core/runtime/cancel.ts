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
