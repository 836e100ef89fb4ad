import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../lib/errors.js';
import { printable } from '../lib/printable.js';
import { demandProgram, runCommand } from './command.js';
import { surroundings } from './environment.js';
import type { Fetch, FetchPorts } from './fetched.js';
import { platformOf } from './native.js';
import { artifactsOf, withoutAddresses } from './package-lock.js';
import { npm } from './programs.js';

/** Nothing is run, nothing is linked, nothing is fetched by git, and what depends on the kind of machine is left out. */
const OPTIONS = [
  '--ignore-scripts',
  '--no-bin-links',
  '--git=/nonexistent',
  '--omit=dev',
  '--omit=optional',
  '--install-strategy=hoisted',
  '--no-legacy-peer-deps',
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
  '--no-progress',
  '--loglevel=error',
];

const EXACT = /^((?:@[a-z0-9][a-z0-9._~-]*\/)?[a-z0-9][a-z0-9._~-]*)@([0-9][A-Za-z0-9.+-]*)$/;

/**
 * Installs packages with npm from a lockfile with a SHA-512 for each. Optional dependencies are left out: an entry is
 * the same everywhere, and one that a tool cannot do without is named under `requires`.
 */
export const fetchNpm: Fetch<'npm'> = async (spec, entry, staged, ports) => {
  const folder = join(staged.work, 'project');
  await mkdir(folder);
  const dependencies = Object.fromEntries([`${spec.package}@${spec.version}`, ...spec.requires].map(exactly));
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'tool', version: '0.0.0', private: true, dependencies }),
  );
  const lockfile = join(folder, 'package-lock.json');
  if (entry === undefined) await run(['install', '--package-lock-only'], folder, staged.work, ports);
  const packageLock = withoutAddresses(
    entry === undefined ? await readFile(lockfile, 'utf8') : JSON.stringify(entry.packageLock ?? {}),
  );
  await writeFile(lockfile, JSON.stringify(packageLock));
  await run(['ci'], folder, staged.work, ports);
  // npm's own copy of the lockfile, with addresses.
  await rm(join(folder, 'node_modules', '.package-lock.json'), { force: true });
  await rename(join(folder, 'node_modules'), join(staged.root, 'node_modules'));
  const platform = await platformOf(staged.root, true, ports.machine);
  return { artifacts: artifactsOf(packageLock), platform, packageLock };
};

function exactly(wanted: string): [string, string] {
  const [, name, version] = EXACT.exec(wanted) ?? [];
  if (name !== undefined && version !== undefined) return [name, version];
  throw new Refusal('tool', [{ message: `\`${printable(wanted, 100)}\` is no package with an exact version` }]);
}

async function run(
  command: readonly string[],
  folder: string,
  work: string,
  { env, signal }: FetchPorts,
): Promise<void> {
  const program = demandProgram(npm(), 'npm');
  const around = await surroundings('npm', env, work, program.program);
  const places = ['--prefix', folder, '--cache', join(work, 'cache')];
  // npm reads settings of a project from its folder; this one holds nothing but our two files.
  const args = [...command, ...OPTIONS, ...places];
  await runCommand({ name: `npm ${command[0]}`, program, args, ...around, cwd: folder, signal });
}
