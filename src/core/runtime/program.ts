import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { sha256File } from '../lib/digest.js';
import { Fault } from '../lib/errors.js';
import type { Job, Mount } from '../lib/sandbox/job.js';
import type { Official, Program, Step } from '../plan/plan.js';
import { openStore } from '../toolchain/store.js';
import { advise } from './advise.js';
import type { Parts, StepContext } from './context.js';
import { type HandedFile, writeInput } from './input.js';
import { demandInterpreter } from './interpreter.js';
import { readableByJobs } from './readable.js';
import { makeView, VIEW } from './view.js';

type Installed = Exclude<Program, { from: 'worker' }>;

/** Linux allows 2 MiB for arguments and environment together where the stack has its usual 8 MiB (execve(2)). */
const MAX_ARGUMENTS = 1_500_000;

/** Lays out an installed program, its own configuration and the files that it may see. */
export async function prepareProgram(
  step: Step,
  program: Installed,
  files: readonly HandedFile[],
  folder: string,
  context: StepContext,
): Promise<Parts> {
  demandInterpreter(step.tool, program, context.sandbox.substrate);
  const tool = await toolFolder(step, program, folder, context);
  const { covered, unread, mounts: packs } = await advise(step, files, folder, context);
  const seen = await makeView(step, covered, context, join(folder, 'src'));
  await writeInput(join(folder, 'in'), seen, {});
  const mounts: Mount[] = [
    ...packs,
    { from: tool, to: '/tool', access: 'read' },
    { from: await ownFolder(join(folder, 'empty'), {}), to: '/empty', access: 'read' },
    { from: await ownFolder(join(folder, 'config'), step.configFiles), to: '/config', access: 'read' },
  ];
  if (step.rules !== null)
    mounts.push({ from: await ownFolder(join(folder, 'rules'), rulesOf(step, context)), to: '/rules', access: 'read' });
  return {
    substrate: substrateOf(program),
    args: withFiles(step, seen),
    env: step.env,
    cwd: step.cwd === 'empty' ? '/empty' : `/src/${VIEW}`,
    source: [{ from: join(folder, 'src', VIEW), to: `/src/${VIEW}`, access: 'read', settled: true }],
    mounts,
    unread,
  };
}

function substrateOf(program: Installed): Job['substrate'] {
  const interpreter = program.from === 'store' ? program.interpreter : null;
  if (interpreter === null)
    return { program: `/tool/${program.from === 'host' ? basename(program.entry) : program.entry}` };
  return interpreter === 'node' ? 'node' : 'python';
}

/** The checked folder of the tool: in the store as it is, or the operator's program by itself. */
async function toolFolder(step: Step, program: Installed, folder: string, context: StepContext): Promise<string> {
  if (program.from === 'store') {
    const { root, files } = await openStore(context.catalog.store).check(program.files, step.tool, context.signal);
    demandOfficial(step.tool, program.official, files.get(program.official?.program ?? '')?.sha256);
    return root;
  }
  const to = join(folder, 'tool');
  await copyProgram(step.tool, context.binaries[step.tool], join(to, basename(program.entry)), program.sha256);
  return to;
}

function demandOfficial(tool: string, official: Official | null, actual: string | undefined): void {
  if (official === null || official.sha256.some((digest) => digest === actual)) return;
  const remedy = `Allow it with \`toolchain.repacked: [${tool}]\` in the policy, or take another supplier.`;
  throw new Fault('digest', `${tool}: the program in its package is not the official one`, remedy);
}

/** Hashes the copy and not the original: what runs is what was checked, whatever happens to the original afterwards. */
async function copyProgram(tool: string, from: string | undefined, to: string, sha256: string): Promise<void> {
  const remedy = 'Change `toolchain.binaries` in the policy only when the program is the one that you mean.';
  if (from === undefined) throw new Fault('digest', `${tool}: the policy names no program for it`, remedy);
  await mkdir(dirname(to), { recursive: true });
  try {
    await copyFile(from, to);
  } catch (cause) {
    throw new Fault('digest', `${tool}: the program that the policy names cannot be read`, remedy, { cause });
  }
  const actual = await sha256File(to);
  if (actual !== sha256)
    throw new Fault('digest', `${tool}: the program has sha256 ${actual}, the policy says ${sha256}`, remedy);
  await chmod(to, 0o555);
  await chmod(dirname(to), 0o755);
}

/** Texts of ours in a folder that jobs may read. */
async function ownFolder(folder: string, texts: Readonly<Record<string, string>>): Promise<string> {
  await mkdir(folder, { recursive: true });
  await Promise.all(Object.entries(texts).map(([name, text]) => writeFile(join(folder, name), text)));
  await readableByJobs(folder);
  return folder;
}

/** The rules as they were when the plan was made: they are in its ruleset digest. */
function rulesOf({ rules }: Step, { catalog }: StepContext): Record<string, string> {
  const prefix = `${rules}/`;
  const own = Object.entries(catalog.ruleFiles).filter(([path]) => path.startsWith(prefix));
  return Object.fromEntries(own.map(([path, text]) => [path.slice(prefix.length).replaceAll('/', '-'), text]));
}

function withFiles({ tool, args }: Step, files: readonly HandedFile[]): string[] {
  const names = files.map(({ at }) => at.slice(VIEW.length + 1));
  const all = args.flatMap((arg) => (arg === '{files}' ? names : [arg]));
  const bytes = all.reduce((sum, arg) => sum + Buffer.byteLength(arg) + 9, 0);
  if (bytes <= MAX_ARGUMENTS) return all;
  const remedy = 'Narrow the source with --include or --exclude.';
  throw new Fault('runtime', `${tool} takes its files as arguments, and ${names.length} are too many`, remedy);
}
