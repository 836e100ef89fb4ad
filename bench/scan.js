// The default profile and each of its steps alone, in turn, on the folders given; prints figures and their ratios.
// Each is run three times and the shortest taken, so that what else the machine does counts little.
// usage: node bench/scan.js REPOSITORY…     (after npm run build)
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ONCE = join(dirname(fileURLToPath(import.meta.url)), 'once.js');
const TIMES = 3;
const once = (...args) => JSON.parse(execFileSync(process.execPath, [ONCE, ...args], { encoding: 'utf8' }));
const shortest = (...args) =>
  Array.from({ length: TIMES }, () => once(...args)).reduce((a, b) => (a.wall <= b.wall ? a : b));
const seconds = (n) => `${n.toFixed(2)} s`;
const percent = (n) => `${(100 * n).toFixed(1)} %`;
const stepOf = (id) => id.replace(/\.reader$/, '');

for (const repository of process.argv.slice(2)) {
  const whole = shortest(repository);
  const ids = [...new Set(whole.processes.map(({ id }) => stepOf(id)))];
  const alone = ids.map((id) => {
    const { processes } = shortest(repository, id);
    return { id, wall: sum(processes, 'wall'), cpu: sum(processes, 'cpu') };
  });
  const stepCpu = sum(alone, 'cpu');
  const longest = alone.reduce((a, b) => (a.wall > b.wall ? a : b));
  const floor = Math.max(longest.wall, stepCpu / availableParallelism());
  const steps = whole.wall - whole.snapshot.wall;
  console.log(`\n${basename(repository)}: ${whole.findings} findings, ${availableParallelism()} cores`);
  for (const { id, wall, cpu } of alone)
    console.log(`  ${id.padEnd(18)} alone ${seconds(wall).padStart(9)} wall ${seconds(cpu).padStart(9)} cpu`);
  console.log(`  whole run            ${seconds(whole.wall)}, of it snapshot ${seconds(whole.snapshot.wall)}`);
  console.log(
    `  floor                ${seconds(floor)}  (longest alone: ${longest.id}; all CPU / cores: ${seconds(stepCpu / availableParallelism())})`,
  );
  console.log(
    `  ratio whole / floor  ${(whole.wall / floor).toFixed(2)}   without the snapshot ${(steps / floor).toFixed(2)}   (aim 1.2)`,
  );
  const ownCpu = whole.ownCpu - whole.snapshot.cpu;
  const share = (cpu) => percent(cpu / (cpu + stepCpu));
  console.log(`  orchestrator CPU     ${seconds(ownCpu)} = ${share(ownCpu)} of all   (aim 5 % on the large one)`);
  console.log(
    `    and the snapshot   ${seconds(whole.snapshot.cpu)} on top; with it ${share(whole.ownCpu)} of what the steps and it take`,
  );
  console.log(`  CPU to first step    ${seconds(whole.toFirstStepCpu)} without the snapshot   (aim 0.70 s)`);
  console.log(`  orchestrator RSS     ${whole.maxRssMiB.toFixed(0)} MiB   (aim 200)`);
}

function sum(list, key) {
  return list.reduce((total, entry) => total + entry[key], 0);
}
