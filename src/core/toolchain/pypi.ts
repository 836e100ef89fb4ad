import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256File } from '../lib/digest.js';
import { Refusal } from '../lib/errors.js';
import { printable } from '../lib/printable.js';
import type { ToolEntry } from '../plan/lock.js';
import { demandProgram, runCommand } from './command.js';
import { surroundings } from './environment.js';
import { installFault } from './fault.js';
import type { Artifact, Fetch, FetchPorts } from './fetched.js';
import { platformOf } from './native.js';
import { pip } from './programs.js';
import { pythonEntry } from './python-entry.js';
import { unpackWheel } from './wheel.js';
import { parseWheelName, type WheelName } from './wheel-name.js';
import { FileWriter } from './write-file.js';

const OPTIONS = ['--disable-pip-version-check', '--no-input', '--no-color', '--quiet', '--no-cache-dir'];

/** One requirement with an exact version: nothing that pip could read as an option, address or range. */
const EXACT = /^[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,-]+\])?==[A-Za-z0-9][A-Za-z0-9.+!]*$/;

/**
 * Fetches wheels with pip and unpacks them: no source distributions, so no builds, and no scripts. A locked tool is
 * fetched by the hash of each wheel, without resolving anything.
 */
export const fetchPypi: Fetch<'pypi'> = async (spec, entry, staged, ports) => {
  const wanted = entry === undefined ? requirements(spec) : entry.artifacts.map(lockedRequirement);
  const folder = join(staged.work, 'wheels');
  await mkdir(folder);
  await download(wanted, entry === undefined ? [] : ['--require-hashes', '--no-deps'], folder, staged.work, ports);
  const wheels = await wheelsIn(folder);
  const artifacts = await Promise.all(wheels.map((wheel) => artifactOf(wheel, folder)));
  if (entry !== undefined) demandSame(artifacts, entry);
  const writer = new FileWriter(staged.root);
  for (const { file } of wheels) await unpackWheel(join(folder, file), writer);
  const { interpreter, entry: start } = spec.run;
  if (interpreter === 'python') await writeFile(join(staged.root, 'entry.py'), pythonEntry(start), { flag: 'wx' });
  const anywhere = wheels.every((wheel) => wheel.anywhere);
  return { artifacts, platform: await platformOf(staged.root, anywhere, ports.machine) };
};

function requirements({ package: name, version, requires }: { package: string; version: string; requires: string[] }) {
  const wanted = [`${name}==${version}`, ...requires];
  const wrong = wanted.find((one) => !EXACT.test(one));
  if (wrong === undefined) return wanted;
  throw new Refusal('tool', [{ message: `\`${printable(wrong, 100)}\` is no package with an exact version` }]);
}

const lockedRequirement = ({ name, version, integrity }: Artifact): string =>
  `${name}==${version} --hash=sha256:${integrity.replace('sha256-', '')}`;

async function download(
  wanted: readonly string[],
  options: readonly string[],
  folder: string,
  work: string,
  { env, signal }: FetchPorts,
): Promise<void> {
  const program = demandProgram(pip(), 'pip');
  const around = await surroundings('pypi', env, work, program.program);
  const list = join(work, 'requirements.txt');
  await writeFile(list, `${wanted.join('\n')}\n`);
  const args = ['download', ...OPTIONS, '--only-binary', ':all:', ...options, '--dest', folder, '--requirement', list];
  await runCommand({ name: 'pip download', program, args, ...around, signal });
}

async function wheelsIn(folder: string): Promise<WheelName[]> {
  const names = (await readdir(folder)).sort();
  return names.map((file) => {
    const wheel = parseWheelName(file);
    if (wheel === undefined)
      throw installFault(`${printable(file, 200)} is no wheel`, 'Only wheels are installed: nothing is built.');
    return wheel;
  });
}

const artifactOf = async ({ name, version, file }: WheelName, folder: string): Promise<Artifact> => ({
  name,
  version,
  file,
  integrity: `sha256-${await sha256File(join(folder, file))}`,
});

/** pip compared the hashes already; that it fetched all of them and no more is for us to see. */
function demandSame(artifacts: readonly Artifact[], entry: ToolEntry): void {
  const text = (list: readonly Artifact[]) =>
    list
      .map(({ integrity }) => integrity)
      .sort()
      .join();
  if (text(artifacts) !== text(entry.artifacts)) throw installFault('what pip fetched is not what the lock names');
}
