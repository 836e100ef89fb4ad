/**
 * Hands values that one loop reads to a consumer that pulls them: one pass over a file can feed a renderer for each tool.
 * `push` resolves when the consumer has used the value, so no more than one is held.
 */
export function channel<T extends object>() {
  let given: T | undefined;
  let closed = false;
  let wake = () => {};
  let used = () => {};

  async function* values(): AsyncGenerator<T> {
    for (;;) {
      if (given !== undefined) {
        yield given;
        given = undefined;
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
    push(next: T): Promise<void> {
      given = next;
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
