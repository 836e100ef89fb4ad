/**
 * Hands values that one loop reads to a consumer that pulls them: one pass over a file can feed a renderer for each tool.
 * `push` resolves when the consumer has used the values, so no more than one batch is held.
 */
export function channel<T>() {
  let batch: readonly T[] | undefined;
  let closed = false;
  let wake = () => {};
  let used = () => {};

  async function* values(): AsyncGenerator<T> {
    for (;;) {
      if (batch !== undefined) {
        yield* batch;
        batch = undefined;
        used();
      } else if (closed) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }

  return {
    values,
    push(next: readonly T[]): Promise<void> {
      batch = next;
      wake();
      return new Promise<void>((resolve) => {
        used = resolve;
      });
    },
    close(): void {
      closed = true;
      wake();
    },
  };
}
