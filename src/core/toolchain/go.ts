import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../lib/errors.js';
import type { ToolEntry } from '../plan/lock.js';
import { demandProgram, runCommand } from './command.js';
import { surroundings } from './environment.js';
import { installFault } from './fault.js';
import type { Artifact, Fetch, FetchPorts, Staged } from './fetched.js';
import { modulesOf } from './go-binary.js';
import { fetchToolchain, type Toolchain } from './go-toolchain.js';
import { machinePlatform } from './native.js';
import { go, type HostProgram } from './programs.js';

/** Everything that decides the bytes of a program; a name that is empty here would come from `go env`. */
const BUILD = { CGO_ENABLED: '0', GOFLAGS: '-trimpath -buildvcs=false -modcacherw', GOAMD64: 'v1', GOARM64: 'v8.0' };

/**
 * Builds a program of an exact version with an exact toolchain, both checked by Go's checksum database. A module's code is
 * compiled and never run: no cgo, no `go generate`, no version control. The lock names the modules that went into the
 * program; that it is the same byte by byte is seen by whoever compares the files' digest.
 */
export const fetchGo: Fetch<'go'> = async (spec, entry, staged, ports) => {
  const host = demandProgram(go(), 'go');
  const platform = machinePlatform(ports.machine);
  const run = await goRunner(staged, ports, host);
  if (entry === undefined) await demandSumDatabase(run, host);
  const toolchain = await fetchToolchain(spec.toolchain, platform, (args) => run(host, args));
  if (entry !== undefined) demandListed(toolchain.artifact, entry);
  await mkdir(join(staged.root, 'bin'));
  await run(toolchain.program, ['install', `${spec.package}@${spec.version}`]);
  const artifacts = [toolchain.artifact, ...(await builtFrom(staged, toolchain, run))];
  if (entry !== undefined) for (const artifact of artifacts) demandListed(artifact, entry);
  if (spec.withToolchain) await cp(toolchain.folder, join(staged.root, 'go'), { recursive: true, errorOnExist: true });
  return { artifacts, platform, toolchain: spec.toolchain };
};

type Run = (program: HostProgram, args: readonly string[]) => Promise<string>;

async function goRunner({ root, work }: Staged, { env, signal, shared }: FetchPorts, host: HostProgram): Promise<Run> {
  const around = await surroundings('go', env, work, host.program);
  const own = {
    ...BUILD,
    GOTOOLCHAIN: 'local',
    GOPATH: join(shared, 'go'),
    GOMODCACHE: join(shared, 'go', 'pkg', 'mod'),
    GOCACHE: join(shared, 'go-build'),
    GOBIN: join(root, 'bin'),
    GOWORK: 'off',
    GOVCS: '*:off',
  };
  return (program, args) =>
    runCommand({ name: `go ${args[0]}`, program, args, ...around, env: { ...around.env, ...own }, signal });
}

/** What is locked without it is whatever a proxy says. */
async function demandSumDatabase(run: Run, host: HostProgram): Promise<void> {
  if ((await run(host, ['env', 'GOSUMDB'])).trim() !== 'off') return;
  const remedy = 'Remove GOSUMDB=off: `go env -u GOSUMDB`.';
  throw new Refusal('tool', [{ message: "Go's checksum database is off, so nothing tells what is locked", remedy }]);
}

async function builtFrom({ root }: Staged, { program }: Toolchain, run: Run): Promise<Artifact[]> {
  const [name, ...others] = await readdir(join(root, 'bin'));
  if (name === undefined || others.length > 0) throw installFault('go install made no single program');
  return modulesOf(await run(program, ['version', '-m', join(root, 'bin', name)]));
}

function demandListed({ name, version, integrity }: Artifact, entry: ToolEntry): void {
  const listed = entry.artifacts.some(
    (one) => one.name === name && one.version === version && one.integrity === integrity,
  );
  if (!listed) throw installFault(`${name} ${version} (${integrity}) is not in the lock`);
}
