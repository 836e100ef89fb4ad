import { Command, Option } from 'commander';
import { Refusal } from '../../core/lib/errors.js';
import { readPassword, writeKeyPair } from '../../core/lib/signing/key-file.js';
import { generateKey, KEY_TYPES, type KeyType } from '../../core/lib/signing/keys.js';
import { passwordPrompt } from '../ask-password.js';

interface KeygenFlags {
  type: KeyType;
  password?: string;
}

export function keygenCommand(done: (code: number) => void): Command {
  return new Command('keygen')
    .description('make a key pair for signing bundles: <name>.key and <name>.pub')
    .argument('[name]', 'path without extension; neither file may exist', 'security-scan')
    .addOption(new Option('--type <type>', 'of the key').choices(KEY_TYPES).default('ed25519'))
    .option('--password <from>', 'encrypt the private key: env:NAME, fd:N or prompt')
    .action(async (name: string, { type, password }: KeygenFlags) => {
      const key = generateKey(type);
      await writeKeyPair(name, key, password === undefined ? undefined : await newPassword(password));
      console.log(`${name}.key  private key (${type}${password === undefined ? ', not encrypted' : ', encrypted'})`);
      console.log(`${name}.pub  public key ${key.keyid}`);
      done(0);
    });
}

/** What is typed without being seen is typed twice. */
async function newPassword(from: string): Promise<string> {
  const sources = { env: process.env, ask: passwordPrompt() };
  const password = await readPassword(from, sources);
  if (from === 'prompt' && password !== (await readPassword(from, sources)))
    throw new Refusal('usage', [{ message: 'the two passwords differ' }]);
  return password;
}
