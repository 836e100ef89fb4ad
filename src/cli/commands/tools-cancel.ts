const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Runs work that a signal cancels; resolves to its exit code, or to the signal's. A second signal ends at once. */
export async function cancellable(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController();
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
  try {
    return await work(controller.signal);
  } catch (error) {
    if (code === undefined) throw error;
    console.error('security-scan: cancelled');
    return code;
  } finally {
    for (const { name, handler } of handlers) process.off(name, handler);
  }
}
