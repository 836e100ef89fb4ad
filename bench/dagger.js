// A scan on an engine of Dagger with nothing kept, the same again, again with every step run, and here; prints seconds,
// ratios and whether the evidence is the same. Empties the engine's cache, so take an engine of your own.
// usage: node bench/dagger.js SOURCE [OPTION OF SCAN]…     (after npm run build; the SDK finds the engine)
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), '..', 'bin', 'security-scan.js');
const [source, ...options] = process.argv.slice(2);
const root = mkdtempSync(join(tmpdir(), 'bench-dagger-'));

const { connect } = await import('@dagger.io/dagger');
let version = '';
await connect(async (client) => {
  version = await client.version();
  await client.engine().localCache().prune();
});

/** Seconds of the whole command, and what its run record says. */
function once(name, runtime, ...more) {
  const exportDir = join(root, name);
  const words = ['scan', source, `--export-dir=${exportDir}`, `--runtime=${runtime}`, '--quiet', ...options, ...more];
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...words], { encoding: 'utf8' });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0 && status !== 1) throw new Error(`${name} ended with ${status}: ${stderr}`);
  const bundle = join(exportDir, 'latest');
  const [run] = readdirSync(join(bundle, 'runs'));
  const { predicate } = JSON.parse(readFileSync(join(bundle, 'runs', run, 'run.intoto.json'), 'utf8'));
  const digest = execFileSync('sha256sum', [join(bundle, 'bundle.json')], { encoding: 'utf8' }).slice(0, 64);
  const kept = predicate.processes.filter(({ cached }) => cached).length;
  return { name, seconds, digest, kept, jobs: predicate.processes.length };
}

try {
  const cold = once('cold', 'dagger');
  const warm = once('warm', 'dagger');
  const again = once('warm again', 'dagger');
  const forced = once('no cache', 'dagger', '--no-cache');
  const local = once('local', 'local');
  const all = [cold, warm, again, forced, local];
  console.log(`${basename(source)} on Dagger ${version}`);
  for (const { name, seconds, kept, jobs } of all)
    console.log(
      `  ${name.padEnd(11)} ${seconds.toFixed(2).padStart(7)} s   ${kept} of ${jobs} processes of steps from the cache`,
    );
  const ratio = (a, b) => `${((100 * a.seconds) / b.seconds).toFixed(1)} %`;
  console.log(`  warm / cold       ${ratio(warm, cold)}, ${ratio(again, cold)}   (aim 10 %)`);
  console.log(`  no cache / local  ${ratio(forced, local)}`);
  console.log(`  warm / local      ${ratio(again, local)}`);
  console.log(
    `  bundle.json       ${new Set(all.map(({ digest }) => digest)).size === 1 ? 'the same in all' : 'DIFFERS'}: ${cold.digest}`,
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}
