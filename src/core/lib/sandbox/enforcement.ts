import type { CgroupHost } from './cgroup.js';
import { startedAsRoot } from './identity.js';
import type { Enforcement, SandboxLevel } from './job.js';

const WALL = 'the orchestrator: SIGTERM, then the end of the pid namespace';
const LOGS = 'the orchestrator: the rest is read and dropped';
const OUTPUT = 'RLIMIT_FSIZE for one file; sizes watched for the total';

/** What holds each limit at the two levels made of namespaces. */
export function namespaceEnforcement(level: SandboxLevel, cgroups: CgroupHost, seccomp: boolean): Enforcement {
  const group = `cgroup v${cgroups.version}`;
  return {
    memoryBytes: cgroups.memory ? `${group} for the tree, RLIMIT_DATA per process` : 'RLIMIT_DATA per process',
    cpuSeconds: cgroups.cpu ? `${group} for the tree, RLIMIT_CPU per process` : 'RLIMIT_CPU per process',
    wallSeconds: WALL,
    pids: cgroups.pids ? `${group} and RLIMIT_NPROC` : 'RLIMIT_NPROC',
    outputBytes: OUTPUT,
    logBytes: LOGS,
    tmpBytes: 'size of a private tmpfs',
    net: 'network namespace without an interface that is up',
    filesystem: `mount namespace of ${level === 'bubblewrap' ? 'bubblewrap' : 'util-linux'}, read-only root`,
    syscalls: seccomp ? 'seccomp filter' : 'declared',
    uid: startedAsRoot() ? 'a private uid without capabilities' : 'user namespace without capabilities',
  };
}

/** What is left of the limits without a sandbox. */
export function bareEnforcement(limits: boolean, rest: Partial<Enforcement> = {}): Enforcement {
  const declared = 'declared';
  return {
    memoryBytes: limits ? 'RLIMIT_DATA per process' : declared,
    cpuSeconds: limits ? 'RLIMIT_CPU per process' : declared,
    wallSeconds: 'the orchestrator: SIGTERM, then SIGKILL to the process group',
    pids: declared,
    outputBytes: limits ? OUTPUT : 'sizes watched',
    logBytes: LOGS,
    tmpBytes: declared,
    net: declared,
    filesystem: declared,
    syscalls: declared,
    uid: declared,
    ...rest,
  };
}
