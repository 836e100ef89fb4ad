import { Fault } from '../core/lib/errors.js';

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** What the first signal does; a second one ends the process at once. */
interface Signals {
  /** The exit code of the signal that came, if one did. */
  exitCode(): number | undefined;
  /** Leaves signals to the process again. */
  dispose(): void;
}

/** Has the first SIGINT or SIGTERM abort the work, so that it can leave what it has in order. */
function abortOnSignals(controller: AbortController): Signals {
  let code: number | undefined;
  const handlers = Object.entries(SIGNALS).map(([name, exitCode]) => {
    const handler = () => {
      if (code !== undefined) process.exit(exitCode);
      code = exitCode;
      controller.abort();
    };
    process.on(name, handler);
    return { name, handler };
  });
  return {
    exitCode: () => code,
    dispose: () => {
      for (const { name, handler } of handlers) process.off(name, handler);
    },
  };
}

/** What ends a command early, and the exit code that it then has. */
export interface Cancellation {
  signal: AbortSignal;
  exitCode(): number | undefined;
  abort(cause: Error): void;
  dispose(): void;
}

/** The first signal cancels and lets the bundle be written; a second one ends at once. */
function cancellation(): Cancellation {
  const controller = new AbortController();
  const signals = abortOnSignals(controller);
  let broken: Error | undefined;
  return {
    signal: controller.signal,
    exitCode: () => signals.exitCode() ?? (broken === undefined ? undefined : 3),
    abort: (cause: Error) => {
      broken ??= cause;
      controller.abort(cause);
    },
    dispose: signals.dispose,
  };
}

/** A mistake of ours is none of a cancellation's words, and stays an error. */
const faultWords = (error: unknown): string | undefined => (error instanceof Fault ? error.message : undefined);

/**
 * Runs work that signals cancel. What a cancelled one throws is told in the words for it, and the exit code is that of the
 * cancellation; an error without words is thrown on.
 */
export async function underSignals(
  work: (cancel: Cancellation) => Promise<number>,
  wordsFor: (error: unknown) => string | undefined = faultWords,
): Promise<number> {
  const cancel = cancellation();
  try {
    return await work(cancel);
  } catch (error) {
    const code = cancel.exitCode();
    const words = wordsFor(error);
    if (code === undefined || words === undefined) throw error;
    console.error(`security-scan: ${words}`);
    return code;
  } finally {
    cancel.dispose();
  }
}
