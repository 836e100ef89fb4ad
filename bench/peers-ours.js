import { mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { timed } from './peers-timed.js';

const CLI = resolve('bin/security-scan.js');

function argumentsOf(source, { profile, policy, 'privacy-assets': assets }, exportDir) {
  const optional = [
    ['--policy', policy],
    ['--privacy-assets', assets],
  ].flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
  return [CLI, 'scan', source, '--profile', profile, ...optional, '--export-dir', exportDir];
}

/** CPU of the sandboxed processes in seconds, as the run's statement has it: a process namespace hides it from `times`. */
function sandboxedCpu(bundle) {
  const [run] = readdirSync(join(bundle, 'runs'));
  const { predicate } = JSON.parse(readFileSync(join(bundle, 'runs', run, 'run.intoto.json'), 'utf8'));
  return predicate.processes.reduce((sum, { cpuMs }) => sum + (cpuMs ?? 0) / 1000, 0);
}

/** One scan by the command line, with the plan and the findings that its bundle holds. */
export function runOurs(source, options, folder) {
  const exportDir = join(folder, 'ours');
  const run = timed(process.execPath, argumentsOf(source, options, exportDir));
  if (run.code === 2) throw new Error(run.stderr);
  const bundle = realpathSync(join(exportDir, 'latest'));
  const plan = JSON.parse(readFileSync(join(bundle, 'inputs/plan.json'), 'utf8'));
  const lines = readFileSync(join(bundle, 'findings.jsonl'), 'utf8').split('\n');
  const byTool = new Map();
  for (const line of lines.filter((one) => one !== '')) {
    const { tool } = JSON.parse(line);
    byTool.set(tool, (byTool.get(tool) ?? 0) + 1);
  }
  const cpu = run.cpu + sandboxedCpu(bundle);
  return { ...run, cpu, plan, byTool, findings: [...byTool.values()].reduce((sum, count) => sum + count, 0) };
}

/** What is said where the store of tools is empty. */
export function withoutTools(source, options, folder) {
  const data = join(folder, 'no-data');
  mkdirSync(data, { recursive: true });
  const { code, stderr } = timed(process.execPath, argumentsOf(source, options, join(folder, 'none')), {
    env: { ...process.env, XDG_DATA_HOME: data },
  });
  return `exit ${code}: ${stderr.split('\n').slice(0, 2).join(' ').replace(/\s+/g, ' ')}`;
}
