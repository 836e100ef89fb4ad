import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { Refusal } from '../../core/lib/errors.js';
import { loadPackageCatalog } from '../../core/package.js';
import { unknownInPolicy } from '../../core/plan/make.js';
import { DEFAULT_POLICY, readPolicy } from '../../core/policy/default.js';
import { namedDocument } from '../named-document.js';
import { refuseWrite } from './refuse-write.js';
import { addSign } from './sign-file.js';

export function policyCommand(): Command {
  const command = new Command('policy').description('the operator’s policy');
  command
    .command('show')
    .description('print the built-in policy')
    .action(() => void process.stdout.write(DEFAULT_POLICY));
  command
    .command('init')
    .description('write a policy to start from')
    .argument('[file]', 'must not exist', 'policy.yaml')
    .action((file: string) => writeFile(file, DEFAULT_POLICY, { flag: 'wx' }).catch(refuseWrite(file)));
  command
    .command('check')
    .description('check a policy file')
    .argument('<file>')
    .action(async (file: string) => {
      const document = await namedDocument(file, 'policy check');
      const policy = readPolicy(document?.text ?? '', file);
      const problems = unknownInPolicy(policy, await loadPackageCatalog());
      if (problems.length > 0) throw new Refusal('policy', problems);
      console.log(`${file}: policy ${policy.name} is sound`);
    });
  addSign(command, 'policy', readPolicy);
  return command;
}
