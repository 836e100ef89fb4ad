import type { JobEnd } from './job.js';

/** One line on how a job ended. */
export function describeEnd(end: JobEnd): string {
  switch (end.kind) {
    case 'exited':
      return `exit code ${end.exitCode}`;
    case 'signalled':
      return `ended by ${end.signal}`;
    case 'timeout':
      return `over its limit of ${end.limit === 'cpuSeconds' ? 'CPU time' : 'time'}`;
    case 'memory':
      return 'out of memory';
    case 'output':
      return 'over its limit of output';
    case 'cancelled':
      return 'cancelled';
    case 'not-started':
      return end.reason;
  }
}
