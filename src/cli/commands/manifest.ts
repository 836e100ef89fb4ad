import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { initManifest } from '../../core/manifest/init.js';
import { readManifest } from '../../core/manifest/manifest.js';
import { namedDocument } from '../named-document.js';
import { refuseWrite } from './refuse-write.js';
import { addSign } from './sign-file.js';

export function manifestCommand(): Command {
  const command = new Command('manifest').description('the assurance manifest of a product');
  command
    .command('check')
    .description('check a manifest')
    .argument('<file>')
    .action(async (file: string) => {
      const document = await namedDocument(file, 'manifest check');
      const manifest = readManifest(document?.text ?? '', file);
      const profiles = manifest.profiles.map((profile) => profile.name).join(', ');
      console.log(`${file}: sound; profiles ${profiles}`);
    });
  command
    .command('init')
    .description('write a manifest to start from')
    .argument('<product>', 'name of the product')
    .argument('[file]', 'must not exist', 'manifest.yaml')
    .action((product: string, file: string) =>
      writeFile(file, initManifest(product), { flag: 'wx' }).catch(refuseWrite(file)),
    );
  addSign(command, 'manifest', readManifest);
  return command;
}
