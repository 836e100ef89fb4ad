import { cpSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { timed } from './peers-timed.js';

/** One local scan by ASH of a copy, for it writes into the tree; its programs are found beside it and on the path. */
export function runAsh(ash, source, folder) {
  const [copy, output] = [join(folder, 'ash-source'), join(folder, 'ash-output')];
  cpSync(source, copy, { recursive: true, verbatimSymlinks: true });
  const args = ['scan', '--mode', 'local', '--source-dir', copy, '--output-dir', output, '--no-progress', '--no-color'];
  const run = timed(ash, args, { env: { ...process.env, PATH: `${dirname(ash)}:${process.env.PATH}` } });
  const file = join(output, 'ash_aggregated_results.json');
  if (!existsSync(file)) throw new Error(`ASH left no results: ${run.stderr.slice(-2000)}`);
  const results = JSON.parse(readFileSync(file, 'utf8')).scanner_results;
  const scanners = Object.entries(results)
    .map(([name, { status, finding_count: findings }]) => ({ name, status, findings }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const not = scanners.filter(({ status }) => status === 'MISSING' || status === 'ERROR');
  return {
    ...run,
    scanners,
    findings: scanners.reduce((sum, { findings }) => sum + findings, 0),
    withMissing: `exit ${run.code}: ${not.map(({ name, status }) => `${name} ${status}`).join(', ') || 'none missing'}`,
  };
}
