// One profile on one repository three ways, one after the other: this program; the same tools from the same store with
// the same arguments, one after another in a shell script and without a sandbox; and ASH
// (github.com/awslabs/automated-security-helper) where `--ash` names its command. Prints wall, CPU, findings, ratios,
// and what each does when the tools are missing.
// usage, after npm run build, in the package's folder:
//   npx esbuild bench/peers.js --bundle --packages=external --platform=node --format=esm --outfile=node_modules/.bench/peers.js
//   node node_modules/.bench/peers.js REPOSITORY [--profile full] [--policy FILE] [--privacy-assets DIR] [--ash PATH]
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runAsh } from './peers-ash.js';
import { runOurs, withoutTools } from './peers-ours.js';
import { runScript, scriptWithoutTools, writeScript } from './peers-script.js';

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    profile: { type: 'string', default: 'full' },
    policy: { type: 'string' },
    'privacy-assets': { type: 'string' },
    ash: { type: 'string' },
  },
});
const [source] = positionals;
if (source === undefined) throw new Error('usage: node node_modules/.bench/peers.js REPOSITORY [options]');

const assets = given['privacy-assets'];
const values = { ...given, ...(assets !== undefined && { 'privacy-assets': resolve(assets) }) };
const folder = mkdtempSync(join(tmpdir(), 'peers-'));
const load = () => loadavg()[0].toFixed(1);
const row = (name, { wall, cpu, findings, code }, ours) =>
  [
    name.padEnd(28),
    `${wall.toFixed(1)} s`.padStart(9),
    `${cpu.toFixed(1)} s`.padStart(9),
    String(findings).padStart(8),
    String(code).padStart(5),
    (wall / ours.wall).toFixed(2).padStart(7),
    (cpu / ours.cpu).toFixed(2).padStart(7),
  ].join(' ');

console.log(`${basename(source)}, profile ${values.profile}; load before ${load()}`);
const ours = runOurs(source, values, folder);
const script = await writeScript(ours.plan, source, values, folder);
const alone = runScript(script);
const ash = values.ash === undefined ? undefined : runAsh(values.ash, source, folder);
console.log(`load after ${load()}\n`);
console.log(`${''.padEnd(28)}      wall       CPU findings  exit  wall/×   CPU/×`);
console.log(row('security-scan', ours, ours));
console.log(row('shell script, no sandbox', alone, ours));
if (ash !== undefined) console.log(row('ASH', ash, ours));

console.log('\nfindings by tool: here, by the tool itself');
for (const { tool } of ours.plan.steps)
  console.log(
    `  ${tool.padEnd(18)} ${String(ours.byTool.get(tool) ?? 0).padStart(6)} ${alone.byTool.get(tool) ?? '-'}`,
  );
if (ash !== undefined) {
  console.log('scanners of ASH');
  for (const { name, status, findings } of ash.scanners)
    console.log(`  ${name.padEnd(18)} ${String(findings).padStart(6)} ${status}`);
}

console.log('\nwith no tool installed');
console.log(`  security-scan             ${withoutTools(source, values, folder)}`);
console.log(`  shell script              ${scriptWithoutTools(script)}`);
if (ash !== undefined) console.log(`  ASH, with those it has not ${ash.withMissing}`);
rmSync(folder, { recursive: true, force: true });
