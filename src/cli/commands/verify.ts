import { Command, Option } from 'commander';
import { canonicalJson } from '../../core/lib/canonical.js';
import { Refusal } from '../../core/lib/errors.js';
import { forTerminal } from '../../core/lib/escape.js';
import { SANDBOX_LEVELS, type SandboxLevel } from '../../core/lib/sandbox/job.js';
import { loadPackageCatalog } from '../../core/package.js';
import type { Approval } from '../../core/verify/approvals.js';
import { bundlesAt } from '../../core/verify/bundles.js';
import { lockedTools } from '../../core/verify/lock.js';
import type { SignedBy } from '../../core/verify/signatures.js';
import { trustsAny, type Verification, type VerifyOptions, verifyBundle } from '../../core/verify/verify.js';
import { addCertificateOptions, type CertificateFlags, gather, policyTrust, trustWith } from '../trusted-files.js';

interface VerifyFlags extends CertificateFlags {
  key?: string[];
  policy?: string;
  minSandbox?: SandboxLevel;
  requireSignature?: boolean;
  requireApproval?: boolean;
  lockedTools?: boolean;
  json?: boolean;
}

const EXIT_CODES = `
Exit codes:
  0  intact, and its verdict is pass
  1  intact, and its verdict is not pass
  2  usage
  3  not intact, or not signed as demanded`;

export function verifyCommand(done: (code: number) => void): Command {
  const command = new Command('verify')
    .description('check bundles: every byte, the signatures, and the verdict from the findings; runs nothing')
    .argument('<bundles...>', 'bundle folders, or folders of bundles')
    .option('--key <file>', 'a trusted public key; every statement must be signed by one of them', gather)
    .option('--policy <file>', 'trust the keys and identities of this policy, each for its roles');
  return addCertificateOptions(command)
    .option('--require-signature', 'refuse to check without a key or an identity')
    .option('--require-approval', 'demand the approvals that the policy asks for, at least one')
    .addOption(
      new Option('--min-sandbox <level>', 'the weakest sandbox that a run may have had').choices(SANDBOX_LEVELS),
    )
    .option('--locked-tools', 'demand that only tools of this package’s lock ran')
    .option('--json', 'print the results as JSON')
    .addHelpText('after', EXIT_CODES)
    .action(async (paths: string[], flags: VerifyFlags) => done(await runVerify(paths, flags)));
}

interface Result extends Verification {
  bundle: string;
}

async function runVerify(paths: readonly string[], flags: VerifyFlags): Promise<number> {
  const options = await optionsOf(flags);
  const bundles = [...new Set((await Promise.all(paths.map(bundlesAt))).flat())];
  const results: Result[] = [];
  // One after the other: each may be large.
  for (const bundle of bundles) results.push({ bundle, ...(await verifyBundle(bundle, options)) });
  if (flags.json) console.log(canonicalJson(results));
  else for (const result of results) console.log(screen(result, options).join('\n'));
  return Math.max(...results.map(exitCode));
}

async function optionsOf({ minSandbox, ...flags }: VerifyFlags): Promise<VerifyOptions> {
  const policy = await policyTrust(flags.policy);
  const trust = await trustWith(flags.key, policy, flags);
  const demand = flags.requireSignature ? '--require-signature' : flags.requireApproval && '--require-approval';
  if (demand && !trustsAny(trust)) {
    const remedy = 'Give the public key of whoever should have signed: --key <file>.';
    throw new Refusal('usage', [{ message: `${demand}: no key to check signatures with`, remedy }]);
  }
  const lock = flags.lockedTools ? lockedTools(await loadPackageCatalog()) : undefined;
  return {
    ...trust,
    ...(flags.requireApproval && { requireApproval: Math.max(1, policy?.approvals ?? 1) }),
    ...(minSandbox && { minSandbox }),
    ...(lock && { lock }),
  };
}

const exitCode = ({ intact, verdict }: Verification): number =>
  !intact || verdict === null ? 3 : verdict === 'pass' ? 0 : 1;

const UNSIGNED =
  'no signature was checked: it is consistent in itself and no more; whoever can write to the folder can make another such bundle';

function screen(
  { bundle, intact, verdict, signedBy, approvals, policy, waivers, problems }: Result,
  options: VerifyOptions,
): string[] {
  const name = forTerminal(bundle);
  if (!intact) return [`${name}: NOT INTACT`, ...problems.map(({ file, reason }) => `  ${file}: ${reason}`)];
  const trusted = [...new Set(signedBy.filter((one) => one.trusted).map(who))];
  return [
    `${name}: intact, verdict ${verdict}`,
    ...trusted.map((signer) => `  signed by ${signer}`),
    ...signedBy.filter((one) => !one.trusted).map(otherLine),
    ...approvals.map(approvalLine),
    ...(policy?.same === false ? [`  it obeyed another policy than the one given: ${forTerminal(policy.name)}`] : []),
    ...(waivers ? [`  ${waiversLine(waivers)}`] : []),
    ...(trustsAny(options) ? [] : [`  ${UNSIGNED}`]),
  ];
}

const who = ({ keyid, identity }: Pick<SignedBy, 'keyid' | 'identity'>): string =>
  identity === null ? forTerminal(keyid) : `${forTerminal(identity.subject)} (${forTerminal(identity.issuer)})`;

function otherLine(signed: SignedBy): string {
  const why =
    signed.identity === null
      ? 'not checked, its key is not among the trusted ones'
      : `counts for nothing, ${who(signed)} is not trusted`;
  return `  ${forTerminal(signed.signature)}: ${why}`;
}

function waiversLine({ asOf, used }: NonNullable<Verification['waivers']>): string {
  const shown = used.slice(0, MOST_WAIVERS).map(forTerminal).join(', ');
  const more = used.length > MOST_WAIVERS ? ` and ${used.length - MOST_WAIVERS} more` : '';
  return `waivers as of ${forTerminal(asOf)}: ${used.length === 0 ? 'none used' : `used ${shown}${more}`}`;
}

/** The list of `--json` is whole. */
const MOST_WAIVERS = 20;

function approvalLine({ file, name, trusted, ownScan, approved, ...signer }: Approval): string {
  if (!trusted) return `  ${forTerminal(file)}: counts for nothing, who signed it is not trusted to approve`;
  const also = ownScan ? ', who signed the scan too' : '';
  const by = `${forTerminal(name ?? '')} (${who(signer)})`;
  return `  approved by ${by}${also}, by their clock ${forTerminal(approved)}`;
}
