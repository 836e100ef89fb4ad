import { abortOnSignals } from '../signals.js';

/** Runs work that a signal cancels; resolves to its exit code, or to the signal's. */
export async function cancellable(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  const signals = abortOnSignals(controller);
  try {
    return await work(controller.signal);
  } catch (error) {
    const code = signals.exitCode();
    if (code === undefined) throw error;
    console.error('security-scan: cancelled');
    return code;
  } finally {
    signals.dispose();
  }
}
