/** How often more input is run than in the first measurement. */
const TIMES = 8;

/**
 * Whether the time of `run(size)` grows with its size and not with its square: eight times the size may take thrice
 * eight times as long, where a square takes 64 times. The milliseconds allow for a machine that is busy with other work.
 */
export function growsLinearly(run: (size: number) => void, size: number): boolean {
  const time = (amount: number) => {
    const start = performance.now();
    run(amount);
    return performance.now() - start;
  };
  time(size);
  const base = Math.min(time(size), time(size));
  return Math.min(time(size * TIMES), time(size * TIMES)) <= 3 * TIMES * base + 50;
}
