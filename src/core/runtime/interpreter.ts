import { Fault } from '../lib/errors.js';
import type { Sandbox } from '../lib/sandbox/job.js';
import type { Program } from '../plan/plan.js';

/**
 * Demands the minor version of Python that a tool was locked for: its wheels are for that one, and another may find something
 * else. An image of containers can have another one than this host. Throws `Fault` code `runtime`.
 */
export function demandInterpreter(tool: string, program: Program, substrate: Sandbox['substrate']): void {
  const wanted = program.from === 'store' ? /^python(\d+\.\d+)$/.exec(program.interpreter ?? '')?.[1] : undefined;
  if (wanted === undefined || `${substrate['python3']?.version}.`.startsWith(`${wanted}.`)) return;
  const remedy =
    'With `--runtime dagger`, name a base image that has it (`--base-image`); else lock and install the tool here.';
  throw new Fault('runtime', `${tool} is locked for python${wanted}, which is not there where steps run`, remedy);
}
