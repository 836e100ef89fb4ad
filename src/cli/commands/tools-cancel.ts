import { underSignals } from '../signals.js';

/**
 * Runs work that a signal cancels; resolves to its exit code, or to the signal's. A download, a package manager and a build
 * that are cancelled fail each in its own way, and leave nothing: whatever they say, that is all there is to tell.
 */
export const cancellable = (work: (signal: AbortSignal) => Promise<number>): Promise<number> =>
  underSignals(
    ({ signal }) => work(signal),
    () => 'cancelled',
  );
