import { type Command, InvalidArgumentError, Option } from 'commander';
import { isDate } from '../core/advisories/age.js';
import type { SignatureFormat } from '../core/attest/sign.js';
import { Refusal } from '../core/lib/errors.js';
import { duration } from '../core/lib/quantity.js';
import { SEVERITIES, type Thresholds } from '../core/lib/severity.js';
import { quote } from '../core/lib/suggest.js';
import type { ScanRequest } from '../core/scan-request.js';
import { checkRef } from '../core/source/request.js';
import { namedDocument } from './named-document.js';
import { signatures, signing } from './signing-options.js';

export const DEFAULT_EXPORT_DIR = 'security-results';

/** Options of `scan` and `plan` as commander hands them over. */
export interface ScanFlags {
  workspace?: string;
  exportDir: string;
  profile?: string;
  manifest?: string;
  policy?: string;
  policyFrom?: string;
  policySignature?: string;
  policyKey?: string;
  manifestSignature?: string;
  manifestKey?: string;
  waivers?: string;
  bundleId?: string;
  replace?: boolean;
  runtime: 'auto' | 'local' | 'dagger';
  registryMirror?: string;
  baseImage?: string;
  cache?: boolean;
  skipPrivacyScan?: boolean;
  privacyAssets?: string;
  tools?: string;
  asOf?: string;
  signKey?: string[];
  signKeyPassword?: string[];
  signatureFormat?: SignatureFormat | 'both';
  timeout?: number;
  jobs?: number;
  failOn?: Thresholds;
  baseline?: string;
  skipTools?: string[];
  include?: string[];
  exclude?: string[];
  offline?: boolean;
  unsandboxed?: boolean;
  allowGitDir?: boolean;
  exitZero?: boolean;
}

const list = (text: string, previous: string[] = []): string[] => [
  ...previous,
  ...text.split(',').filter((part) => part !== ''),
];

/** Adds the options that decide what is scanned and by which rules. */
export function addRequestOptions(command: Command): Command {
  return addRuleOptions(command.option('--workspace <dir>', 'the same as SOURCE'))
    .option('--allow-git-dir', 'accept a .git that points outside the source')
    .option('--offline', 'refuse a source that needs the network')
    .addOption(new Option('--runtime <name>', 'where steps run').choices(['auto', 'local', 'dagger']).default('auto'))
    .option('--registry-mirror <host>', 'with dagger: the registry that has all images')
    .option('--base-image <ref>', 'with dagger: what containers start from, name@sha256:…')
    .option('--no-cache', 'with dagger: run every step, whatever the engine keeps from earlier runs');
}

/** Adds the options that decide by which rules. */
export function addRuleOptions(command: Command): Command {
  return command
    .option('--profile <name>', 'which tools run (profiles list)')
    .option('--manifest <file>', 'the assurance manifest of the product, JSON or YAML')
    .option('--policy <file>', 'the operator’s policy (policy show prints the built-in one)')
    .option('--policy-from <ref>', 'obey the rules under .security-scan/ of this commit of the source, not of the tree')
    .option('--policy-signature <file>', 'of the policy, by --policy-key')
    .option('--policy-key <file>', 'public key that must have signed the policy, also that of --policy-from')
    .option('--manifest-signature <file>', 'of the manifest, as `manifest sign` or `cosign sign-blob` writes it')
    .option('--manifest-key <file>', 'public key that must have signed the manifest; else one that the policy names')
    .option('--waivers <file>', 'signed exceptions from findings (waive makes them)')
    .option('--fail-on <limits>', 'most severe allowed: a severity, or counts such as high=0,medium=5', parseFailOn)
    .option('--baseline <bundle-or-ref>', 'only findings that are not in this bundle, or at this git ref, count')
    .option('--skip-tools <ids>', 'leave tools out; recorded', list)
    .option('--skip-privacy-scan', 'leave privacy tools out; recorded')
    .option('--privacy-assets <dir>', 'the labelled pack that the privacy detector checks itself against')
    .option('--tools <dir>', 'tool files of the operator; the policy names each by its digest')
    .option(
      '--as-of <date>',
      'judge the age of advisories and the end of waivers by this date; default: today, UTC',
      parseDate,
    )
    .option('--include <globs>', 'only these files; recorded', list)
    .option('--exclude <globs>', 'not these files; recorded', list)
    .option('--timeout <duration>', 'ceiling on the whole run, such as 20m', parseDuration);
}

function parseDuration(text: string): number {
  const parsed = duration.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError(parsed.error.issues[0]?.message ?? 'not a duration');
  return parsed.data;
}

export function parseDate(text: string): string {
  if (!isDate(text)) throw new InvalidArgumentError('expected a date such as 2026-01-31');
  return text;
}

/** `medium` allows nothing at that severity and above; `high=0,medium=5` sets each. */
export function parseFailOn(text: string): Thresholds {
  const limits: Thresholds = {};
  for (const part of text.split(',')) {
    const [name, count] = part.split('=', 2);
    const severity = SEVERITIES.find((known) => known === name);
    if (severity === undefined)
      throw new InvalidArgumentError(`${quote(name ?? '')} is none of ${SEVERITIES.join(', ')}`);
    if (count !== undefined && !/^\d{1,9}$/.test(count))
      throw new InvalidArgumentError(`${quote(count)} is not a count`);
    if (count !== undefined) limits[severity] = Number(count);
    else for (const above of SEVERITIES.slice(0, SEVERITIES.indexOf(severity) + 1)) limits[above] = 0;
  }
  return limits;
}

export function parseJobs(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('expected a number from 1 to 999');
  return Number(text);
}

/** What the command line asks for. Throws `Refusal` for what does not go together. */
export async function toRequest(source: string | undefined, flags: ScanFlags): Promise<ScanRequest> {
  const chosen = source ?? flags.workspace ?? '.';
  const problems = [];
  if (source !== undefined && flags.workspace !== undefined)
    problems.push({ message: 'give SOURCE or --workspace, not both' });
  if (flags.runtime === 'dagger' && flags.unsandboxed)
    problems.push({ message: '--unsandboxed: steps on an engine of Dagger are always in containers' });
  if (flags.offline && /^(https|ssh):|^[^/]+@[^/]+:/.test(chosen))
    problems.push({ message: '--offline: the source is a URL' });
  if (problems.length > 0) throw new Refusal('usage', problems);
  const { skipTools = [], skipPrivacyScan = false, include = [], exclude = [] } = flags;
  return {
    source: chosen,
    exportDir: flags.exportDir,
    profile: flags.profile,
    manifest: await namedDocument(flags.manifest, '--manifest'),
    policy: await namedDocument(flags.policy, '--policy'),
    waivers: await namedDocument(flags.waivers, '--waivers'),
    policyFrom: flags.policyFrom && checkRef(flags.policyFrom, '--policy-from'),
    narrowing: { skipTools, skipPrivacyScan, include, exclude },
    failOn: flags.failOn,
    timeout: flags.timeout,
    jobs: flags.jobs,
    bundleId: flags.bundleId,
    replace: flags.replace,
    privacyAssets: flags.privacyAssets,
    tools: flags.tools,
    asOf: flags.asOf,
    ...(await signing(flags)),
    ...(await signatures(flags)),
    baseline: flags.baseline,
    unsandboxed: flags.unsandboxed,
    allowGitDir: flags.allowGitDir,
    exitZero: flags.exitZero,
  };
}
