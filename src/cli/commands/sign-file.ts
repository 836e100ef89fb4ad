import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { Refusal } from '../../core/lib/errors.js';
import { signBlob } from '../../core/lib/signing/blob.js';
import { signingKey } from '../signing-options.js';
import { refuseWrite } from './refuse-write.js';

interface SignFlags {
  signKey: string;
  signKeyPassword?: string;
  output?: string;
}

/** `manifest sign`, `policy sign`: a signature over the exact bytes of a file, beside it. `check` throws for what is no such file. */
export function addSign(command: Command, what: string, check: (bytes: Buffer, file: string) => unknown): void {
  command
    .command('sign')
    .description(`sign a ${what} file`)
    .argument('<file>')
    .requiredOption('--sign-key <key>', 'a PEM file, env:NAME or fd:N (keygen makes one)')
    .option('--sign-key-password <from>', 'of an encrypted key: env:NAME or fd:N; else it is asked for')
    .option('--output <file>', 'must not exist; default: FILE.sigstore.json')
    .action(async (file: string, flags: SignFlags) => {
      const key = await signingKey(flags);
      const output = flags.output ?? `${file}.sigstore.json`;
      const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
        throw new Refusal('usage', [{ file, message: `cannot be read (${cause.code})` }], { cause });
      });
      // Whoever signs a file should know what it says; one that is no such document could be anything.
      check(bytes, file);
      await writeFile(output, `${signBlob(bytes, key, file)}\n`, { flag: 'wx' }).catch(refuseWrite(output));
      console.log(`${output}: signed by ${key.keyid}`);
    });
}
