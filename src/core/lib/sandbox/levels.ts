import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUBBLEWRAP_TOOLS, bubblewrapArguments } from './bubblewrap.js';
import { firstLine, type SetUpReport } from './ending.js';
import { startedAsRoot } from './identity.js';
import { behindGate, EXTRA_FD, type Launched, STATUS_FD } from './launch.js';
import { hardLimits, resourceOptions } from './limits.js';
import { EXITED, NAMESPACE_TOOLS, namespacesCommand, STARTED } from './namespaces.js';
import { requireProgram } from './programs.js';
import type { Starter } from './runner.js';
import { seccompFilter } from './seccomp.js';
import { syscallTable } from './syscalls.js';
import { namespaceTree } from './tree.js';
import { viewOf } from './view.js';

/** Starts jobs by bubblewrap, with a seccomp filter written into `folder`. Throws where no filter is known for the processor. */
export function bubblewrapStarter(folder: string): Starter {
  const table = syscallTable(process.arch);
  if (table === undefined) throw new Error(`no system call filter for ${process.arch}`);
  const filter = join(folder, 'seccomp.bpf');
  writeFileSync(filter, seccompFilter(table));
  const hard = hardLimits();
  const tools = BUBBLEWRAP_TOOLS.map(requireProgram);
  const fds = { status: STATUS_FD, seccomp: EXTRA_FD };
  return {
    extra: filter,
    launch(job, identity) {
      const resources = resourceOptions(job, hard);
      const args = bubblewrapArguments(job, viewOf(job, tools), identity, resources, fds);
      return { argv: behindGate([requireProgram('bwrap'), ...args]), env: {}, tree: namespaceTree };
    },
    report: bubblewrapReport,
    init: bubblewrapInit,
  };
}

/** bubblewrap names the child before the set-up and its exit status only after one that worked; its failures are on stderr. */
function bubblewrapReport({ status, stderr }: Launched): SetUpReport {
  const code = /"exit-code": *(\d+)/.exec(status)?.[1];
  if (code !== undefined) return { started: true, status: Number(code) };
  if (status.includes('"child-pid"') && !stderr.head.startsWith('bwrap: ')) return { started: true, status: null };
  return { started: false, reason: firstLine(stderr.head) || 'bubblewrap ended before the job started' };
}

/** bubblewrap ends with the job; what the job left in the background ends a moment later. */
function bubblewrapInit({ status }: Launched): number | undefined {
  const pid = /"child-pid": *(\d+)/.exec(status)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/** Starts jobs by util-linux; `folder` holds the empty folder that the jail's root covers. */
export function namespacesStarter(folder: string): Starter {
  const base = join(folder, 'root');
  mkdirSync(base, { recursive: true });
  const hard = hardLimits();
  const tools = NAMESPACE_TOOLS.map(requireProgram);
  // The new user namespace clears the parent-death signal, so it is made before the gate sets that.
  const user = startedAsRoot() ? [] : [requireProgram('unshare'), '--map-root-user', '--'];
  return {
    launch(job, identity) {
      const resources = resourceOptions(job, hard);
      const places = { base, status: STATUS_FD };
      const command = namespacesCommand(job, viewOf(job, tools), identity, resources, places);
      return { argv: [...user, ...behindGate(command)], env: {}, tree: namespaceTree };
    },
    report: namespacesReport,
  };
}

function namespacesReport({ status, stderr }: Launched): SetUpReport {
  const lines = status.split('\n');
  if (!lines.includes(STARTED)) {
    return { started: false, reason: firstLine(status) || firstLine(stderr.head) || 'the set-up ended early' };
  }
  const code = lines.find((line) => line.startsWith(`${EXITED} `))?.slice(EXITED.length + 1);
  return { started: true, status: code === undefined ? null : Number(code) };
}
