import { Command } from 'commander';
import { formatSize } from '../../core/lib/quantity.js';
import { loadPackageCatalog } from '../../core/package.js';
import type { Catalog } from '../../core/plan/catalog.js';
import type { Tool } from '../../core/plan/tool.js';
import { table } from '../style.js';

export function toolsCommand(): Command {
  const command = new Command('tools').description('the scanners');
  command
    .command('list', { isDefault: true })
    .description('list the tools, their rights and where they come from')
    .action(async () => {
      const catalog = await loadPackageCatalog();
      const rows = [...catalog.tools.values()].map((tool) => toolRow(tool, catalog));
      console.log(
        table([['tool', 'category', 'version', 'state', 'memory', 'wall', 'network', 'description'], ...rows]).join(
          '\n',
        ),
      );
    });
  return command;
}

function toolRow(tool: Tool, catalog: Catalog): string[] {
  const { memory, wall, net } = tool.capabilities;
  const rights = [formatSize(memory), `${wall}s`, net === 'none' ? 'none' : net.hosts.join(' '), tool.description];
  const { supplier } = tool;
  if (supplier.kind !== 'embedded') return [tool.id, tool.category, supplier.version, 'not installed', ...rights];
  const version = catalog.lock.workers[supplier.worker]?.version ?? '?';
  return [tool.id, tool.category, version, 'embedded', ...rights];
}
