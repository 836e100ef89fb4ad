import { Command, Option } from 'commander';
import { admitScan } from '../../core/admission.js';
import { canonicalJson } from '../../core/lib/canonical.js';
import { formatSize } from '../../core/lib/quantity.js';
import { probeHost } from '../../core/lib/sandbox/doctor.js';
import { loadPackageCatalog } from '../../core/package.js';
import { type Plan, planDigest, type Step } from '../../core/plan/plan.js';
import { withTrustedBase } from '../../core/trusted-base.js';
import { addRequestOptions, DEFAULT_EXPORT_DIR, type ScanFlags, toRequest } from '../scan-options.js';
import { table } from '../style.js';

export function planCommand(done: (code: number) => void): Command {
  const command = new Command('plan')
    .description('show what a scan would run, with which rights and what would enforce them here; runs nothing')
    .argument('[source]', 'as for scan');
  return addRequestOptions(command)
    .addOption(new Option('--format <format>', 'of the plan').choices(['text', 'json']).default('text'))
    .action(async (source: string | undefined, flags: ScanFlags & { format: 'text' | 'json' }) => {
      const asked = await toRequest(source, { ...flags, exportDir: DEFAULT_EXPORT_DIR });
      const given = await loadPackageCatalog(asked.tools);
      const { request, catalog } = await withTrustedBase(asked, given, new AbortController().signal);
      const { plan } = await admitScan(request, catalog, () => new Date());
      if (flags.format === 'json') console.log(canonicalJson(plan));
      else console.log(await planScreen(plan));
      done(0);
    });
}

async function planScreen(plan: Plan): Promise<string> {
  const host = await probeHost();
  const steps = table([
    ['  step', 'version', 'category', 'memory', 'cpu', 'wall', 'pids', 'output', 'network'],
    ...plan.steps.map(stepRow),
  ]);
  const decisions = table(
    plan.decisions.map((d) => [`  ${d.tool}`, d.included ? 'in' : 'out', `${d.by}: ${d.reason}`]),
  );
  const enforced = table(Object.entries(host.enforcement ?? {}).map(([limit, by]) => [`  ${limit}`, by]));
  return [
    `Plan ${planDigest(plan)}`,
    `Profile ${plan.profile.name} (${plan.profile.origin}), policy ${plan.policy.name}`,
    '',
    'Steps',
    ...steps,
    '',
    'Why',
    ...decisions,
    '',
    `Enforced here by (sandbox level ${host.level ?? 'none'})`,
    ...enforced,
  ].join('\n');
}

function stepRow({ id, version, category, capabilities: c }: Step): string[] {
  const net = c.net === 'none' ? 'none' : c.net.hosts.join(' ');
  return [
    `  ${id}`,
    version,
    category,
    formatSize(c.memory),
    `${c.cpu}s`,
    `${c.wall}s`,
    String(c.pids),
    formatSize(c.output),
    net,
  ];
}
