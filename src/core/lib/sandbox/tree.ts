import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Seconds between asking a job to end and ending it. */
export const GRACE_MS = 1000;

/** Children of a process by /proc/<pid>/task/<pid>/children (proc(5)); empty where the kernel has no such file. */
function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/**
 * The processes of a jail as both levels start it: `outer` (bwrap or unshare) waits for `init`, the first process of the
 * pid namespace, which waits for the job. When `init` dies, the kernel ends everything in the namespace first.
 */
export function jailProcesses(outer: number): { init?: number; job?: number } {
  const init = childrenOf(outer)[0];
  const job = init === undefined ? undefined : childrenOf(init)[0];
  return { ...(init !== undefined && { init }), ...(job !== undefined && { job }) };
}

/** How the processes of a launch are reached from the one that was spawned. */
export interface ProcessTree {
  /** Asks the job to end. */
  terminate(outer: number): void;
  /** Ends everything. */
  destroy(outer: number): void;
}

/** `outer` goes by itself once the namespace is empty, so that its end means that the tree is gone. */
export const namespaceTree: ProcessTree = {
  terminate(outer) {
    const { job } = jailProcesses(outer);
    if (job !== undefined) signalProcess(job, 'SIGTERM');
  },
  destroy: (outer) => signalProcess(jailProcesses(outer).init ?? outer, 'SIGKILL'),
};

/**
 * Ends a pid namespace by its first process and waits until it is empty: the kernel lets that process become a zombie, or
 * vanish, only after all others are gone (pid_namespaces(7)).
 */
export async function endNamespace(init: number): Promise<void> {
  while (isAlive(init)) {
    signalProcess(init, 'SIGKILL');
    await delay(2);
  }
}

/** Third field of /proc/<pid>/stat, behind the name in brackets. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** Without a pid namespace: the process group, which a process can leave. */
export const groupTree: ProcessTree = {
  terminate: (outer) => signalProcess(-outer, 'SIGTERM'),
  destroy: (outer) => signalProcess(-outer, 'SIGKILL'),
};

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}
