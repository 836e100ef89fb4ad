/**
 * What the work on an engine comes to; undefined when the signal ends it, and then `stop` has ended the connection: the SDK can
 * end one query only so (0.21), and a cancelled run has no use for the others.
 */
export async function unlessAborted<T extends object>(
  work: () => Promise<T>,
  signal: AbortSignal,
  stop: () => Promise<void>,
): Promise<T | undefined> {
  const cancelled = abortion(signal);
  try {
    const running = signal.aborted ? undefined : work();
    const done = await Promise.race([running, cancelled.promise]);
    if (done === undefined) await Promise.allSettled([stop(), running]);
    return done;
  } finally {
    cancelled.dispose();
  }
}

function abortion(signal: AbortSignal) {
  let abort = () => {};
  const promise = new Promise<undefined>((resolve) => {
    abort = () => resolve(undefined);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
  return { promise, dispose: () => signal.removeEventListener('abort', abort) };
}
