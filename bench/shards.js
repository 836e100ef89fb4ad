// One scan whole and in parts: CPU of the steps of each part, the merge, and whether the bundles are the same bytes.
// usage: node bench/shards.js REPOSITORY PARTS     (after npm run build)
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = join(dirname(fileURLToPath(import.meta.url)), '../bin/security-scan.js');
const [repository = '.', parts = '4'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'bench-'));

/** Runs the program; its wall time in seconds. */
function run(...args) {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [BIN, ...args, '--quiet'], { encoding: 'utf8' });
  if (status === 2 || status === null) throw new Error(stderr);
  return (performance.now() - began) / 1000;
}

const json = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));
const cpuOf = (processes) => processes.reduce((sum, { cpuMs }) => sum + (cpuMs ?? 0), 0) / 1000;

/** What the timings of a run record say. */
function timesIn(runs) {
  const [id = ''] = readdirSync(runs);
  const { processes, ownCpuMs, ownMaxRssBytes } = json(runs, id, 'timings.json');
  return { cpu: cpuOf(processes), own: ownCpuMs / 1000, rss: Math.round(ownMaxRssBytes / 2 ** 20), processes };
}

const line = (name, wall, { cpu, own, rss }) =>
  console.log(
    `${name.padEnd(12)} wall ${wall.toFixed(1)} s, steps ${cpu.toFixed(1)} s CPU, orchestrator ${own.toFixed(1)} s, ${rss} MiB`,
  );

const whole = join(folder, 'whole');
const wholeWall = run('scan', repository, '--export-dir', whole);
const times = timesIn(join(whole, 'latest', 'runs'));
const { files } = json(whole, 'latest', 'summary.json').source;
line('whole', wholeWall, times);
for (const { id, cpuMs, maxRssBytes } of times.processes)
  console.log(
    `  ${id.padEnd(24)} ${(cpuMs / 1000).toFixed(2)} s, ${(cpuMs / files).toFixed(3)} ms a file of all, ${Math.round(maxRssBytes / 2 ** 20)} MiB`,
  );

const exported = join(folder, 'shards');
for (let part = 1; part <= Number(parts); part += 1) {
  const wall = run('scan', repository, '--export-dir', exported, '--shard', `${part}/${parts}`);
  const name = readdirSync(exported).find((one) => one.startsWith(`shard-${part}-of-`)) ?? '';
  line(`shard ${part}/${parts}`, wall, timesIn(join(exported, name, 'runs')));
}

const merged = join(folder, 'merged');
const shards = readdirSync(exported)
  .filter((name) => name.startsWith('shard-'))
  .map((name) => join(exported, name));
const mergeWall = run('merge', ...shards, '--export-dir', merged);
line('merge', mergeWall, timesIn(join(merged, 'latest', 'runs')));
const [a, b] = [whole, merged].map((one) => readFileSync(join(one, 'latest', 'bundle.json'), 'utf8'));
console.log(`${files} files; ${a === b ? 'the same bundle' : 'ANOTHER BUNDLE'}`);
rmSync(folder, { recursive: true });
