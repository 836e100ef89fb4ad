import { spawnSync } from 'node:child_process';
import { bareReport } from '../../core/lib/sandbox/bare.js';
import { entryCommand, entryEnvironment } from '../../core/lib/sandbox/entry.js';
import type { Identity } from '../../core/lib/sandbox/identity.js';
import { behindGate } from '../../core/lib/sandbox/launch.js';
import { hardLimits, resourceOptions } from '../../core/lib/sandbox/limits.js';
import { requireProgram } from '../../core/lib/sandbox/programs.js';
import type { Starter } from '../../core/lib/sandbox/runner.js';
import { groupTree } from '../../core/lib/sandbox/tree.js';
import { asUid } from './as-uid.js';
import { processesOf } from './memory.js';

/** Programs of the entry command, which finds them beside the substrate. */
export const ENTRY_TOOLS = ['prlimit', 'setpriv'] as const;

/**
 * Starts a job in the container as it is: the engine made its walls. The job gets a uid of its own, no capability, and
 * nothing of that uid outlives it.
 */
export function containerStarter(identity: Exclude<Identity, { kind: 'caller' }>): Starter {
  const hard = hardLimits();
  return {
    launch(job) {
      const variables = entryEnvironment(job).map(([name, value]) => `${name}=${value}`);
      const entry = entryCommand(job, identity, resourceOptions(job, hard));
      const command = [requireProgram('env'), '-i', ...variables, ...entry];
      return {
        argv: behindGate(['/bin/sh', '-c', RUN, requireProgram('setpriv'), job.cwd, String(identity.uid), ...command]),
        env: {},
        tree: { ...groupTree, destroy: (outer) => destroy(outer, identity.uid) },
      };
    },
    report: bareReport,
  };
}

/** The shell stays to say how the job ended, and keeps its status descriptor from it. */
const RUN = [
  'cd "$1" || exit',
  'uid=$2',
  'shift 2',
  'echo started >&4',
  '"$@" 4>&-',
  'echo exited $? >&4',
  'exec "$0" --reuid=$uid --regid=$uid --clear-groups -- /bin/sh -c "kill -KILL -1" 4>&-',
].join('; ');

/**
 * Ends all that runs as a uid, and nothing else: kill(2) with -1 reaches all that a process may signal but itself, and
 * without root's rights that is its own uid's. After the job this ends what it left in the background, which could hold its
 * standard output open for ever.
 */
export function endAllOf(uid: number): void {
  const words = [...asUid(uid), '/bin/sh', '-c', 'kill -KILL -1'];
  spawnSync(requireProgram('setpriv'), words, {
    env: {},
    cwd: '/',
    stdio: 'ignore',
    timeout: 500,
    killSignal: 'SIGKILL',
  });
  // The job may stop what runs as its uid, the shell above too: root ends each by its number.
  for (let left = 10; left > 0 && endEachOf(uid); left -= 1);
}

function endEachOf(uid: number): boolean {
  const pids = [...processesOf(uid).keys()];
  for (const pid of pids) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
  return pids.length > 0;
}

function destroy(outer: number, uid: number): void {
  endAllOf(uid);
  groupTree.destroy(outer);
}
