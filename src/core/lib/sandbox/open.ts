import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../errors.js';
import { unsandboxedStarter } from './bare.js';
import { type CgroupHost, probeCgroups } from './cgroup.js';
import { bareEnforcement, namespaceEnforcement } from './enforcement.js';
import { obstaclesHere } from './host.js';
import { SANDBOX_LEVELS, type Sandbox, type SandboxLevel } from './job.js';
import { bubblewrapStarter, namespacesStarter } from './levels.js';
import { probeSandbox } from './probe.js';
import { type ProgramName, programsHere, systemProgram } from './programs.js';
import { runJob, type Starter } from './runner.js';
import { seatbeltStarter } from './seatbelt.js';

export interface SandboxOptions {
  /** Refuse anything weaker. */
  minimum?: SandboxLevel;
  /** An existing host folder for the sandbox's own files; nothing in it is shared with jobs. */
  scratch: string;
  /** This level or none; `none` is given only so. */
  force?: SandboxLevel;
}

/**
 * The strongest level that runs a probe job here, or the forced one.
 * Throws `Refusal` ('sandbox', with each obstacle and its remedy) when none works or the best is below the minimum.
 */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const failures: LevelFailure[] = [];
  for (const level of options.force === undefined ? automaticLevels() : [options.force]) {
    if (rank(level) < rank(options.minimum ?? 'none')) continue;
    const opened = await openLevel(level, options.scratch);
    if ('sandbox' in opened) return opened.sandbox;
    failures.push(opened);
  }
  throw refusal(options, failures);
}

/** A level that does not hold on this host. */
export interface LevelFailure {
  level: SandboxLevel;
  reason: string;
}

/** Levels worth trying on this platform, strongest first. */
export function automaticLevels(): SandboxLevel[] {
  if (process.platform === 'linux') return ['bubblewrap', 'namespaces'];
  return process.platform === 'darwin' ? ['seatbelt'] : [];
}

const rank = (level: SandboxLevel): number => SANDBOX_LEVELS.indexOf(level);

/** Makes the level and believes it only after a probe job. */
export async function openLevel(level: SandboxLevel, scratch: string): Promise<{ sandbox: Sandbox } | LevelFailure> {
  let reason = 'not tried';
  for (const cgroups of cgroupChoices()) {
    try {
      const sandbox = sandboxAt(level, mkdtempSync(join(scratch, 'sandbox-')), cgroups);
      const probe = probeSandbox(sandbox, scratch, level === 'bubblewrap' || level === 'namespaces');
      const [substrate, problem] = await Promise.all([programsHere(programsOf(level)), probe]);
      if (problem === undefined) return { sandbox: { ...sandbox, substrate } };
      reason = problem;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  return { level, reason };
}

/** A group that can be made may still not be joined, so a second try goes without. */
function cgroupChoices(): CgroupHost[] {
  const none: CgroupHost = { version: 2 };
  if (process.platform !== 'linux') return [none];
  const found = probeCgroups();
  return Object.keys(found).length > 1 ? [found, none] : [none];
}

function sandboxAt(level: SandboxLevel, folder: string, cgroups: CgroupHost): Omit<Sandbox, 'substrate'> {
  const starter = starterOf(level, folder);
  return {
    level,
    enforcement: enforcementOf(level, cgroups),
    run: (job, signal) => runJob(starter, cgroups, job, signal),
    bring: async () => {},
  };
}

/** What jobs may start, and what makes the jail. */
const programsOf = (level: SandboxLevel): ProgramName[] =>
  level === 'bubblewrap' ? ['git', 'python3', 'bwrap'] : ['git', 'python3'];

function starterOf(level: SandboxLevel, folder: string): Starter {
  switch (level) {
    case 'bubblewrap':
      return bubblewrapStarter(folder);
    case 'namespaces':
      return namespacesStarter(folder);
    case 'seatbelt':
      return seatbeltStarter();
    case 'none':
      return unsandboxedStarter();
    case 'dagger':
      throw new Error('an engine of Dagger is needed: `--runtime dagger`');
  }
}

function enforcementOf(level: SandboxLevel, cgroups: CgroupHost): Sandbox['enforcement'] {
  if (level === 'none') return bareEnforcement(systemProgram('prlimit') !== undefined);
  if (level === 'seatbelt') return bareEnforcement(false, { net: 'Seatbelt profile', filesystem: 'Seatbelt profile' });
  return namespaceEnforcement(level, cgroups, level === 'bubblewrap');
}

function refusal(options: SandboxOptions, failures: readonly LevelFailure[]): Refusal {
  const obstacles = obstaclesHere(failures.map((failure) => ({ ...failure, works: false })));
  const wanted = options.force ?? options.minimum;
  const first = `no sandbox${wanted === undefined ? '' : ` of level ${wanted}`} works on this host`;
  const tried = failures.map(({ level, reason }) => ({ message: `${level}: ${reason}` }));
  const remedies = obstacles.map(({ what, remedy }) => ({ message: what, remedy }));
  return new Refusal('sandbox', [{ message: first }, ...tried, ...remedies]);
}
