const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** What the first signal does; a second one ends the process at once. */
export interface Signals {
  /** The exit code of the signal that came, if one did. */
  exitCode(): number | undefined;
  /** Leaves signals to the process again. */
  dispose(): void;
}

/** Has the first SIGINT or SIGTERM abort the work, so that it can leave what it has in order. */
export function abortOnSignals(controller: AbortController): Signals {
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
