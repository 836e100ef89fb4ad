import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mountPacks } from '../../src/core/advisories/mount.js';
import { packsFor } from '../../src/core/advisories/store.js';
import { thisMachine } from '../../src/core/lib/machine.js';
import { globMatcher } from '../../src/core/lib/paths.js';
import { hostProgram } from '../../src/core/lib/sandbox/programs.js';
import type { Catalog } from '../../src/core/plan/catalog.js';
import type { InstalledSupplier } from '../../src/core/plan/supplier.js';
import type { Tool } from '../../src/core/plan/tool.js';
import { toolState } from '../../src/core/plan/tool-state.js';
import { standIn } from '../../src/core/source/tool-names.js';
import { openStore } from '../../src/core/toolchain/store.js';

/** What a sandbox mounts, as folders of this machine. */
type Places = Readonly<
  Record<'/src/view' | '/out' | '/config' | '/empty' | '/tmp' | '/rules' | '/tool' | '/assets', string>
>;

/** A tree, the paths of its files, and a new folder for what a run needs. */
export interface Tree {
  source: string;
  files: readonly string[];
  scratch: string;
}

/**
 * Runs a tool as its file says, without our runner, sandbox and reader, over the files of `source` that it applies to.
 * Gives its own report. Throws when it ends as its file does not foresee.
 */
export async function runAlone(
  tool: Tool,
  supplier: InstalledSupplier,
  { source, files, scratch }: Tree,
  catalog: Catalog,
): Promise<unknown> {
  const { run } = supplier;
  const places = await layOut(tool, supplier, scratch, catalog);
  const here = (text: string) => inPlace(text, places);
  const seen = makeView(tool, source, files, places['/src/view']);
  for (const [name, text] of Object.entries(run.config)) writeFileSync(join(places['/config'], name), here(text));
  const [program, ...start] = startOf(run, places['/tool']);
  const args = run.args.flatMap((arg) => (arg === '{files}' ? seen : [here(arg)]));
  const stated = Object.fromEntries(Object.entries(run.env).map(([name, value]) => [name, here(value)]));
  // What a tool keeps there from one run to the next, such as a compiled grammar, is not there in a step either.
  const env = { TMPDIR: places['/tmp'], ...stated };
  const cwd = run.cwd === 'empty' ? places['/empty'] : places['/src/view'];
  const ended = spawnSync(program ?? '', [...start, ...args], { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 28 });
  const { clean, findings } = run.exitCodes;
  if (![...clean, ...findings].includes(ended.status ?? -1)) throw new Error(`${ended.status}: ${ended.stderr}`);
  return JSON.parse(run.stdout ? ended.stdout : readFileSync(join(places['/out'], run.report.file), 'utf8'));
}

async function layOut(tool: Tool, supplier: InstalledSupplier, scratch: string, catalog: Catalog): Promise<Places> {
  const found = toolState(tool, supplier, catalog.locks.get(tool.id), thisMachine(), new Set());
  if (found.state === 'unlocked') throw new Error(found.problem.message);
  const made = (name: string) => {
    mkdirSync(join(scratch, name), { recursive: true });
    return join(scratch, name);
  };
  const places: Places = {
    '/src/view': made('view'),
    '/out': made('out'),
    '/config': made('config'),
    '/empty': made('empty'),
    '/tmp': made('tmp'),
    '/rules': join(catalog.rules, supplier.run.rules ?? ''),
    '/tool': (await openStore(catalog.store).check(found.entry.files, tool.id)).root,
    '/assets': made('assets'),
  };
  await layPacks(tool, catalog, places['/assets']);
  return places;
}

async function layPacks({ advisories: kind }: Tool, { advisories }: Catalog, assets: string): Promise<void> {
  if (kind === undefined) return;
  const packs = [...(await packsFor(kind, advisories)).values()];
  mkdirSync(join(assets, kind));
  await mountPacks(packs, advisories, join(assets, kind));
}

/** A tool leaves files out by their names: those get the names that the product gives them. */
function makeView(tool: Tool, source: string, files: readonly string[], view: string): string[] {
  const applies = globMatcher(tool.appliesTo.files, true);
  const steers = tool.neutralise.length === 0 ? () => false : globMatcher(tool.neutralise, true);
  return files.filter(applies).map((path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const seen = steers(path) ? join(dirname(path), standIn(name)) : path;
    cpSync(join(source, path), join(view, seen), { recursive: true });
    return seen;
  });
}

/** Every path of the sandbox in a text as the folder of this machine that stands for it. */
function inPlace(text: string, places: Places): string {
  const mounted = new RegExp(`(?<=^|[=: ])(?:${Object.keys(places).join('|')})(?=/|\\s|$)`, 'g');
  return text.replace(mounted, (path) => new Map(Object.entries(places)).get(path) ?? path);
}

function startOf({ interpreter, entry }: InstalledSupplier['run'], root: string): string[] {
  if (interpreter === 'none') return [join(root, entry)];
  if (interpreter === 'node') return [hostProgram('node'), join(root, entry)];
  return [hostProgram('python'), '-I', '-B', '-S', '-X', 'utf8', join(root, 'entry.py')];
}
