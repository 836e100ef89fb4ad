import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mountPacks } from '../src/core/advisories/mount.ts';
import { globMatcher } from '../src/core/lib/paths.ts';
import { hostProgram } from '../src/core/lib/sandbox/programs.ts';
import { loadPackageCatalog } from '../src/core/package.ts';
import { standIn } from '../src/core/source/tool-names.ts';
import { openStore } from '../src/core/toolchain/store.ts';
import { COUNTS } from './peers-counts.js';
import { timed } from './peers-timed.js';

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** Files that only secret scanners see under the built-in policy. */
const isSensitive = globMatcher(['**/.env*', '**/*.pem', '**/*.key', '**/*.p12', '**/*.pfx', '**/*.jks'], true);

/**
 * Writes a script that starts each tool of a plan by itself, with the plan's arguments, environment and configuration, over
 * links to the files that it applies to. Laying these out is not part of what is timed.
 */
export async function writeScript({ steps }, source, options, folder) {
  const catalog = await loadPackageCatalog();
  const files = execFileSync('git', ['-C', source, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const copy = join(folder, 'copy');
  const names = files.split('\0').filter((name) => name !== '');
  for (const name of names) cpSync(join(source, name), join(copy, name), { recursive: true, dereference: true });
  const parts = [];
  for (const step of steps) parts.push(await layOut(step, names, { copy, folder, catalog, options }));
  const script = join(folder, 'tools.sh');
  const lines = parts.map(({ tool, line }) => `${line}; code=$?; echo ${tool} $code`);
  writeFileSync(script, `#!/bin/bash\n${lines.join('\n')}\nexit $code\n`);
  chmodSync(script, 0o755);
  return { script, parts, store: catalog.store };
}

/** Runs the script; counts what the tools' own reports tell. */
export function runScript({ script, parts }) {
  const run = timed(script, []);
  const codes = new Map(
    run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')),
  );
  // One that fails by itself, as for want of data, is told with its exit code: no findings are not none.
  const told = ({ tool, foreseen, report, format }) =>
    foreseen.includes(Number(codes.get(tool)))
      ? COUNTS[format](readFileSync(report, 'utf8'))
      : `failed, exit ${codes.get(tool)}`;
  const byTool = new Map(parts.map((part) => [part.tool, told(part)]));
  const counts = [...byTool.values()].filter((count) => typeof count === 'number');
  return { ...run, byTool, findings: counts.reduce((sum, count) => sum + count, 0) };
}

/** How the script ends where the store is empty: as its last command does, whatever became of the others. */
export function scriptWithoutTools({ script, store }) {
  const without = `${script}-without`;
  writeFileSync(without, readFileSync(script, 'utf8').replaceAll(store, '/nonexistent'), { mode: 0o755 });
  const { code, stderr } = timed(without, []);
  return `exit ${code}, that of its last command: ${stderr.split('\n').filter((line) => /No such file|can't open/.test(line)).length} programs were not there`;
}

async function layOut(step, names, { copy, folder, catalog, options }) {
  const home = join(folder, step.tool);
  const made = (name) => {
    mkdirSync(join(home, name), { recursive: true });
    return join(home, name);
  };
  const applies = globMatcher(step.appliesTo.files, true);
  const own = names.filter((name) => applies(name) && (step.appliesTo.sensitive || !isSensitive(name)));
  const out = made('out');
  const foreseen = [...step.exitCodes.clean, ...step.exitCodes.findings];
  const common = { tool: step.tool, foreseen, report: join(out, step.report.file), format: step.report.format };
  if (step.program.from === 'worker') return { ...common, line: workerLine(step, own, copy, made, catalog, options) };
  const seen = makeView(step, own, copy, made('src/view'));
  for (const [name, text] of Object.entries(step.configFiles)) writeFileSync(join(made('config'), name), text);
  const kind = step.advisories?.kind;
  if (kind !== undefined)
    await mountPacks(
      step.advisories.packs.map((pack) => ({ kind, ...pack })),
      catalog.advisories,
      made(`assets/${kind}`),
    );
  const { root } = await openStore(catalog.store).check(step.program.files, step.tool);
  const places = {
    '/src/view': made('src/view'),
    '/rules': join(catalog.rules, step.rules ?? ''),
    '/tool': root,
    ...Object.fromEntries(['out', 'config', 'empty', 'tmp', 'assets'].map((name) => [`/${name}`, made(name)])),
  };
  return { ...common, line: toolLine(step, seen, places) };
}

function toolLine({ program, args, env, cwd, stdout, report }, seen, places) {
  const mounted = new RegExp(`(?<=^|[=: ])(?:${Object.keys(places).join('|')})(?=/|\\s|$)`, 'g');
  const here = (text) => text.replace(mounted, (path) => places[path]);
  const start =
    program.interpreter === null ? [`${places['/tool']}/${program.entry}`] : [hostProgram(program.interpreter)];
  const words = [...start, ...args.flatMap((arg) => (arg === '{files}' ? seen : [here(arg)]))];
  const settings = Object.entries(env).map(([name, value]) => quoted(`${name}=${here(value)}`));
  const to = stdout ? quoted(join(places['/out'], report.file)) : '/dev/null';
  const at = quoted(places[cwd === 'empty' ? '/empty' : '/src/view']);
  return `(cd ${at} && env -i ${[...settings, ...words.map(quoted)].join(' ')} > ${to})`;
}

/** An embedded tool, started as in the sandbox: `INPUT SOURCE/general TOOL OUTPUT [ASSETS]`. */
function workerLine(step, own, copy, made, catalog, options) {
  const input = made('in');
  const size = (name) => readFileSync(join(copy, name)).length;
  const lines = own.map((path) => `${JSON.stringify({ path, at: `general/${path}`, size: size(path) })}\n`);
  writeFileSync(join(input, 'files.jsonl'), lines.join(''));
  writeFileSync(join(input, 'config.json'), JSON.stringify(step.config));
  makeView(step, own, copy, made('src/general'));
  const tool = join(catalog.workers, step.program.worker);
  const packs = Object.keys(step.assets).map((name) => options[`${name}-assets`]);
  const node = step.args.slice(0, step.args.indexOf('/tool/worker.mjs'));
  const words = [
    process.execPath,
    ...node,
    `${tool}/worker.mjs`,
    input,
    made('src/general'),
    tool,
    made('out'),
    ...packs,
  ];
  return `(cd ${quoted(made('empty'))} && env -i ${words.map(quoted).join(' ')} > /dev/null)`;
}

/** Gives the names under which the tool sees the files. */
function makeView({ neutralise }, own, copy, view) {
  const steers = neutralise.length === 0 ? () => false : globMatcher(neutralise, true);
  return own.map((path) => {
    const slash = path.lastIndexOf('/') + 1;
    const seen = steers(path) ? path.slice(0, slash) + standIn(path.slice(slash)) : path;
    mkdirSync(dirname(join(view, seen)), { recursive: true });
    linkSync(join(copy, path), join(view, seen));
    return seen;
  });
}
