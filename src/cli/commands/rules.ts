import { Command } from 'commander';
import { loadPackageCatalog } from '../../core/package.js';

export function rulesCommand(): Command {
  const command = new Command('rules').description('this project’s own rules');
  command
    .command('list', { isDefault: true })
    .description('list the rule files and the digest of the ruleset')
    .action(async () => {
      const { ruleFiles, rulesetDigest } = await loadPackageCatalog();
      for (const path of Object.keys(ruleFiles)) console.log(path);
      console.log(`ruleset ${rulesetDigest}`);
    });
  return command;
}
