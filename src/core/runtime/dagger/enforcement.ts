import type { ContainerFacts } from '../../lib/sandbox/container.js';
import type { Enforcement } from '../../lib/sandbox/job.js';

/**
 * What holds each limit in a container. The engine has no option for memory, CPU, processes or time of one exec (0.21), so
 * the agent holds those inside: for each process, and for memory also by looking at all of them, as the names say.
 */
export const containerEnforcement = ({
  filtered,
  counted,
}: Pick<ContainerFacts, 'filtered' | 'counted'>): Enforcement => ({
  memoryBytes: `RLIMIT_DATA per process; ${counted ? 'memory of the container, as its control group counts it,' : 'mapped memory of all'} looked at by the agent every 200 ms`,
  cpuSeconds: 'RLIMIT_CPU per process',
  wallSeconds: 'the agent in the container: SIGTERM, then the end of all that the job’s uid runs',
  pids: 'RLIMIT_NPROC',
  outputBytes: 'RLIMIT_FSIZE for one file; sizes watched for the total',
  logBytes: 'the agent in the container: the rest is read and dropped',
  tmpBytes: 'size of a private tmpfs, and of another one at /dev/shm',
  net: 'network namespace without an interface (RUN --network=none), looked at before each job',
  filesystem: 'a container for each job, its inputs mounted read-only',
  syscalls: filtered ? 'seccomp filter of the engine' : 'declared',
  uid: 'a private uid without capabilities',
});
