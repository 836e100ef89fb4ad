import type { Command } from 'commander';
import { thisMachine } from '../../core/lib/machine.js';
import { formatSize } from '../../core/lib/quantity.js';
import { loadPackageCatalog } from '../../core/package.js';
import type { Catalog } from '../../core/plan/catalog.js';
import { supplierOf, type Tool } from '../../core/plan/tool.js';
import { toolState } from '../../core/plan/tool-state.js';
import type { Policy } from '../../core/policy/policy.js';
import { openStore } from '../../core/toolchain/store.js';
import { table } from '../style.js';
import { policyOf, type ToolsFlags } from './tools-wanted.js';

const HEAD = ['tool', 'category', 'version', 'supplier', 'state', 'size', 'memory', 'wall', 'network', 'description'];

export function addList(command: Command): void {
  command
    .command('list', { isDefault: true })
    .description('list the tools, where they come from, whether they are installed, and their rights')
    .option('--policy <file>', 'the operator’s policy; it may choose suppliers')
    .option('--tools <dir>', 'tool files of the operator')
    .action(async (flags: ToolsFlags) => {
      const policy = await policyOf(flags);
      const catalog = await loadPackageCatalog(flags.tools);
      const installed = await openStore(catalog.store).installed();
      const rows = [...catalog.tools.values()].map((tool) => toolRow(tool, policy, catalog, installed));
      console.log(table([HEAD, ...rows]).join('\n'));
    });
}

function toolRow(tool: Tool, policy: Policy, catalog: Catalog, installed: ReadonlySet<string>): string[] {
  const { memory, wall, net } = tool.capabilities;
  const rights = [formatSize(memory), `${wall}s`, net === 'none' ? 'none' : net.hosts.join(' '), tool.description];
  return [tool.id, tool.category, ...origin(tool, policy, catalog, installed), ...rights];
}

/** Version, supplier, state and size. */
function origin(tool: Tool, { toolchain }: Policy, catalog: Catalog, installed: ReadonlySet<string>): string[] {
  const binary = toolchain.binaries[tool.id];
  if (binary !== undefined) return [binary.version, 'operator', binary.path, ''];
  const supplier = supplierOf(tool, toolchain.suppliers[tool.id]);
  if (supplier === undefined) return ['', '', 'cannot be installed', ''];
  if (supplier.kind === 'embedded')
    return [catalog.lock.workers[supplier.worker]?.version ?? '?', 'embedded', 'embedded', ''];
  const found = toolState(tool, supplier, catalog.locks.get(tool.id), thisMachine(), installed);
  const version = [supplier.version, supplier.kind];
  if (found.state === 'unlocked') return [...version, 'not locked for this machine', ''];
  return [...version, found.state === 'installed' ? 'installed' : 'not installed', formatSize(found.entry.size)];
}
