import { type Container, type Directory, dag, type File, ReturnType, type Secret } from '@dagger.io/dagger';
import { namesThisModule, PLACES, type ScanWords, SIGN_KEY, scanCommand } from './command.js';

/** What the orchestrator and the steps start from, as tools/images.lock.json has it. */
export const BASE_IMAGE =
  'docker.io/library/node@sha256:363e1587494626837fa7f9a23bdb453d13b0ff3c67c705c2805cfc69c2d2fad7';

/** Where the command line comes from, and the images. */
export interface Supply {
  baseImage: string;
  registryMirror?: string;
  installed?: Directory;
  tools?: Directory;
}

/** What a caller gave, by where it goes in the container. */
export interface Given {
  source?: Directory;
  bundle?: Directory;
  privacyAssets?: Directory;
  baseline?: Directory;
  advisories?: Directory;
  manifest?: File;
  policy?: File;
  key?: File;
  signKey?: Secret;
}

const PREFIX = '/opt/certus';
const PROGRAM = `${PREFIX}/node_modules/certus-security-scan/bin/security-scan.js`;

/** Which of what may be given is there. */
export const present = ({ manifest, policy, privacyAssets, baseline, signKey }: Given) => ({
  manifest: manifest !== undefined,
  policy: policy !== undefined,
  privacyAssets: privacyAssets !== undefined,
  baseline: baseline !== undefined,
  signKey: signKey !== undefined,
});

/**
 * The command line in a container of its own. It talks to the engine that runs it, as a module does, and starts one
 * container for each step; those have no such connection.
 */
export function run(words: readonly string[], given: Given, supply: Supply): Container {
  // A run that failed for a passing reason must not be given again from the engine's cache.
  return withGiven(program(supply), given)
    .withWorkdir('/work')
    .withEnvVariable('CERTUS_CALL', crypto.randomUUID())
    .withExec(['node', PROGRAM, ...words], { expect: ReturnType.Any, experimentalPrivilegedNesting: true });
}

function withGiven(container: Container, { signKey, manifest, policy, key, ...folders }: Given): Container {
  let filled = container;
  for (const name of ['source', 'bundle', 'privacyAssets', 'baseline', 'advisories'] as const) {
    const folder = folders[name];
    if (folder !== undefined) filled = filled.withMountedDirectory(PLACES[name], folder);
  }
  for (const [name, file] of [['manifest', manifest] as const, ['policy', policy] as const, ['key', key] as const])
    if (file !== undefined) filled = filled.withMountedFile(PLACES[name], file);
  return signKey === undefined ? filled : filled.withSecretVariable(SIGN_KEY, signKey);
}

/** The base image with this package in it. */
function program(supply: Supply): Container {
  const { tools } = supply;
  const installed = withPackage(supply).withEnvVariable('XDG_DATA_HOME', PLACES.data);
  return tools === undefined ? installed : installed.withMountedDirectory(PLACES.tools, tools);
}

function withPackage({ baseImage, registryMirror, installed }: Supply): Container {
  // The mirror has the same repositories under its own name.
  const image = registryMirror === undefined ? baseImage : registryMirror + baseImage.slice(baseImage.indexOf('/'));
  const base = dag.container().from(image);
  if (installed !== undefined) return base.withDirectory(PREFIX, installed);
  return base
    .withDirectory(PREFIX, dag.currentModule().source().directory('package'))
    .withWorkdir(PREFIX)
    .withExec(['npm', 'ci', '--ignore-scripts', '--omit=dev']);
}

/** Runs a scan whose steps are containers of the same engine. */
export function runScan(words: ScanWords, given: Given, supply: Supply): Container {
  const mirror = supply.registryMirror === undefined ? [] : [`--registry-mirror=${supply.registryMirror}`];
  const runtime = ['--runtime=dagger', `--base-image=${supply.baseImage}`, ...mirror];
  return run([...scanCommand(words), ...runtime], given, supply);
}

/** The one bundle of a scan. Exit codes 1 and 3 leave one too; a refusal, or a run that could make none, throws its reason. */
export async function bundleOf(done: Container): Promise<Directory> {
  await succeeded(done, [0, 1, 3]);
  const out = done.directory(PLACES.out);
  const names = (await out.entries()).map((name) => name.replace(/\/$/, ''));
  const bundles = names.filter((name) => name !== 'latest' && name !== 'history' && !name.startsWith('.'));
  const [name] = bundles;
  if (name === undefined || bundles.length > 1) throw new Error(`no bundle was left: ${await done.stderr()}`);
  return out.directory(name);
}

/** What the command printed, if it ended with one of these; else an error with what it said. */
export async function succeeded(done: Container, codes: readonly number[]): Promise<string> {
  const code = await done.exitCode();
  if (codes.includes(code)) return await done.stdout();
  throw new Error(`security-scan ended with ${code}\n${await done.stdout()}\n${await done.stderr()}`);
}

const MARKER = 'dagger.json';

/** Whether this is the repository of this very module, and not one that uses it. */
export async function isThisModule(source: Directory): Promise<boolean> {
  return (await source.exists(MARKER)) && namesThisModule(await source.file(MARKER).contents());
}
