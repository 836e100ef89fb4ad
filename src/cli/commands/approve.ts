import { Command, InvalidArgumentError } from 'commander';
import { placeOfBundle } from '../../core/history/add.js';
import { type ApprovalRequest, approve } from '../../core/history/approve.js';
import { Refusal } from '../../core/lib/errors.js';
import { addKeylessOptions, type KeylessFlags, keyless, signingKey } from '../signing-options.js';
import { addCertificateOptions, type CertificateFlags, gather, policyTrust, trustWith } from '../trusted-files.js';

interface ApproveFlags extends KeylessFlags, CertificateFlags {
  key?: string;
  keyPassword?: string;
  signedBy?: string[];
  policy?: string;
  comment?: string;
  exportDir?: string;
}

export function approveCommand(done: (code: number) => void): Command {
  const command = new Command('approve')
    .description('check a bundle, then state with your own signature that you approve it')
    .argument('<bundle>', 'a bundle folder in an export folder')
    .option('--key <key>', 'your private key: a PEM file, env:NAME or fd:N')
    .option('--key-password <from>', 'of an encrypted key: env:NAME or fd:N; else it is asked for')
    .option('--signed-by <file>', 'a public key that must have signed the scan', gather)
    .option('--policy <file>', 'a key or identity of this policy with the role `scan` must have signed it')
    .option('--comment <text>', 'why; part of what is signed', parseComment)
    .option('--export-dir <dir>', 'the folder that the bundle must lie in');
  return addCertificateOptions(addKeylessOptions(command)).action(async (bundle: string, flags: ApproveFlags) =>
    done(await runApprove(bundle, flags)),
  );
}

const MAX_COMMENT = 2000;

function parseComment(text: string): string {
  if (text.length > MAX_COMMENT) throw new InvalidArgumentError(`has more than ${MAX_COMMENT} characters`);
  return text;
}

async function runApprove(path: string, flags: ApproveFlags): Promise<number> {
  const placed = await placeOfBundle(path, flags.exportDir);
  const signer = await signerOf(flags);
  const bundle = await trustWith(flags.signedBy, await policyTrust(flags.policy), flags);
  const request = { ...signer, comment: flags.comment ?? null, bundle };
  const { verdict, file, how, ownScan } = await approve(placed, request, () => new Date());
  const words = how === 'made' ? 'approved' : 'was approved before';
  console.log(`${placed.id}: ${words} by ${signer.key.keyid}, verdict ${verdict}: ${file}`);
  if (ownScan) console.log('  you signed this scan too: it needs another approver beside you');
  return 0;
}

/** The key that signs, or that of an identity. Throws `Refusal` unless exactly one of both is named. */
async function signerOf(flags: ApproveFlags): Promise<Pick<ApprovalRequest, 'key' | 'sign'>> {
  const identity = await keyless(flags);
  if ((flags.key === undefined) === (identity === undefined))
    throw new Refusal('usage', [{ message: 'name your key with --key, or sign in your identity with --keyless' }]);
  if (identity === undefined)
    return { key: await signingKey({ signKey: flags.key ?? '', signKeyPassword: flags.keyPassword }) };
  return identity;
}
