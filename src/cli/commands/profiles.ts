import { Command } from 'commander';
import { loadPackageCatalog } from '../../core/package.js';
import { isEmbedded } from '../../core/plan/tool.js';
import { defaultPolicy } from '../../core/policy/default.js';
import { table } from '../style.js';

export function profilesCommand(): Command {
  const command = new Command('profiles').description('the named sets of tools');
  command
    .command('list', { isDefault: true })
    .description('list the profiles, their tools and whether they can run here')
    .action(async () => {
      const catalog = await loadPackageCatalog();
      const { providers } = defaultPolicy();
      const rows = [...catalog.profiles.values()].map((profile) => {
        const missing = profile.tools.filter((id) => {
          const tool = catalog.tools.get(providers[id] ?? id);
          return id !== 'attestation' && (tool === undefined || !isEmbedded(tool));
        });
        const state = missing.length === 0 ? 'ready' : `needs ${missing.join(', ')}`;
        return [profile.name, profile.tools.join(' '), state];
      });
      console.log(table([['profile', 'tools', 'here'], ...rows]).join('\n'));
    });
  return command;
}
