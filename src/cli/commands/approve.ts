import { Command, InvalidArgumentError } from 'commander';
import { placeOfBundle } from '../../core/history/add.js';
import { approve } from '../../core/history/approve.js';
import { signingKey } from '../signing-options.js';
import { gather, trustOf } from '../trusted-files.js';

interface ApproveFlags {
  key: string;
  keyPassword?: string;
  signedBy?: string[];
  policy?: string;
  comment?: string;
  exportDir?: string;
}

export function approveCommand(done: (code: number) => void): Command {
  return new Command('approve')
    .description('check a bundle, then state with your own signature that you approve it')
    .argument('<bundle>', 'a bundle folder in an export folder')
    .requiredOption('--key <key>', 'your private key: a PEM file, env:NAME or fd:N')
    .option('--key-password <from>', 'of an encrypted key: env:NAME or fd:N; else it is asked for')
    .option('--signed-by <file>', 'a public key that must have signed the scan', gather)
    .option('--policy <file>', 'a key of this policy with the role `scan` must have signed it')
    .option('--comment <text>', 'why; part of what is signed', parseComment)
    .option('--export-dir <dir>', 'the folder that the bundle must lie in')
    .action(async (bundle: string, flags: ApproveFlags) => done(await runApprove(bundle, flags)));
}

const MAX_COMMENT = 2000;

function parseComment(text: string): string {
  if (text.length > MAX_COMMENT) throw new InvalidArgumentError(`has more than ${MAX_COMMENT} characters`);
  return text;
}

async function runApprove(bundle: string, flags: ApproveFlags): Promise<number> {
  const placed = await placeOfBundle(bundle, flags.exportDir);
  const key = await signingKey({ signKey: flags.key, signKeyPassword: flags.keyPassword });
  const request = { key, comment: flags.comment ?? null, bundle: await trustOf(flags.signedBy, flags.policy) };
  const { verdict, file, how, ownScan } = await approve(placed, request, () => new Date());
  const words = how === 'made' ? 'approved' : 'was approved before';
  console.log(`${placed.id}: ${words} by ${key.keyid}, verdict ${verdict}: ${file}`);
  if (ownScan) console.log('  you signed this scan too: it needs another approver beside you');
  return 0;
}
