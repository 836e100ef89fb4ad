// One scan in a process of its own, so that what the orchestrator itself uses can be told. Prints one JSON line.
// usage: node bench/once.js SOURCE [TOOL]     with TOOL: that step alone
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPackageCatalog, scan } from '../dist/core/index.js';

const [source, tool] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const catalog = await loadPackageCatalog();
if (tool !== undefined) {
  const alone = { ...catalog.profiles.get('default'), tools: [tool] };
  catalog.profiles = new Map([...catalog.profiles, ['default', alone]]);
}

const marks = {};
const own = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const mark = (name) => {
  marks[name] ??= { wall: performance.now() / 1000, cpu: own() };
};
const onEvent = (event) =>
  mark(event.type === 'step' ? `step ${event.state}` : `${event.type} ${event.state ?? ''}`.trim());
const ports = { clock: () => new Date(), signal: new AbortController().signal, onEvent };
const { bundle, evidence } = await scan({ source, exportDir: folder }, catalog, ports);
mark('end');

const [run] = readdirSync(join(bundle.folder, 'runs'));
const { predicate } = JSON.parse(readFileSync(join(bundle.folder, 'runs', run, 'run.intoto.json'), 'utf8'));
const snapshot = {
  wall: marks['snapshot done'].wall - marks['snapshot started'].wall,
  cpu: marks['snapshot done'].cpu - marks['snapshot started'].cpu,
};
console.log(
  JSON.stringify({
    wall: marks.end.wall,
    ownCpu: own(),
    maxRssMiB: process.resourceUsage().maxRSS / 1024,
    snapshot,
    toFirstStepCpu: marks['step running'].cpu - snapshot.cpu,
    processes: predicate.processes.map(({ id, wallMs, cpuMs }) => ({
      id,
      wall: wallMs / 1000,
      cpu: (cpuMs ?? 0) / 1000,
    })),
    findings: evidence.tally.findings,
    verdict: evidence.verdict.verdict,
  }),
);
rmSync(folder, { recursive: true, force: true });
