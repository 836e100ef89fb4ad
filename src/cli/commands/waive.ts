import { Command, InvalidArgumentError, Option } from 'commander';
import { isDate } from '../../core/advisories/age.js';
import { Refusal } from '../../core/lib/errors.js';
import type { PrivateSigningKey } from '../../core/lib/signing/keys.js';
import { readPolicy } from '../../core/policy/default.js';
import { checkEntry, type EntryProblem, type WaiverRules, waiverRules } from '../../core/waivers/admit.js';
import { NO_WAIVERS, withEntry } from '../../core/waivers/edit.js';
import { JUSTIFICATIONS, WAIVER_STATUSES, type WaiverEntry } from '../../core/waivers/entry.js';
import { isJsonFile, readWaivers, type WaiverFile } from '../../core/waivers/read.js';
import { readIfThere, replaceFile } from '../../core/waivers/save.js';
import { signEntry } from '../../core/waivers/sign.js';
import { namedDocument } from '../named-document.js';
import { signingKey } from '../signing-options.js';
import { byOption, type EntryFlags, newEntry } from './waive-entry.js';
import { described, listed } from './waive-list.js';

interface WaiveFlags extends EntryFlags {
  waivers: string;
  policy?: string;
  asOf?: string;
  approve?: string;
  list?: boolean;
  signKey?: string;
  signKeyPassword?: string;
}

const ENTRY = ['id', 'fingerprint', 'tool', 'rule', 'path', 'vulnerability', 'purl', 'status', 'justification'];
const TEXTS = ['reason', 'risk', 'owner', 'followUp', 'expires'];

export function waiveCommand(done: (code: number) => void): Command {
  return new Command('waive')
    .description('make an exception from findings, signed, for a time; or approve or list such exceptions')
    .option('--waivers <file>', 'the waiver file; made when there is none', 'waivers.yaml')
    .option('--fingerprint <hash>', 'waive the one finding with this fingerprint')
    .option('--tool <id>', 'waive what this tool finds')
    .option('--rule <id>', '… by this rule')
    .option('--path <pattern>', '… at this path; `*` and `**` are wildcards')
    .option('--vulnerability <id>', 'waive this flaw, such as CVE-2021-23337')
    .option('--purl <purl>', '… of this package, such as pkg:npm/lodash@4.17.20')
    .addOption(new Option('--status <status>', 'what the finding is').choices(WAIVER_STATUSES))
    .addOption(new Option('--justification <label>', 'why a flaw does not affect the product').choices(JUSTIFICATIONS))
    .option('--reason <text>', 'why it need not be mended now')
    .option('--risk <text>', 'what can happen all the same')
    .option('--owner <name>', 'who answers for it')
    .option('--follow-up <url>', 'where it is followed up, https')
    .option('--expires <date>', 'first day on which it no longer counts')
    .option('--id <name>', 'names the waiver; default: after what it covers')
    .option('--sign-key <key>', 'sign with this private key: a file, env:NAME or fd:N')
    .option('--sign-key-password <from>', 'password of the key: env:NAME, fd:N or prompt')
    .addOption(new Option('--approve <id>', 'sign this waiver as its approver').conflicts([...ENTRY, ...TEXTS, 'list']))
    .addOption(new Option('--list', 'list the waivers of the file').conflicts([...ENTRY, ...TEXTS, 'signKey']))
    .option('--policy <file>', 'refuse what this policy would refuse')
    .option('--as-of <date>', 'the day on which this happens; default: today, UTC', parseDay)
    .action(async (flags: WaiveFlags) => done(await waive(flags)));
}

function parseDay(text: string): string {
  if (!isDate(text)) throw new InvalidArgumentError('expected a date such as 2026-01-31');
  return text;
}

async function waive(flags: WaiveFlags): Promise<number> {
  const asOf = flags.asOf ?? new Date().toISOString().slice(0, 10);
  const rules = await rulesOf(flags.policy);
  const before = await readIfThere(flags.waivers);
  if (before === undefined && (flags.list || flags.approve !== undefined))
    throw new Refusal('usage', [{ file: flags.waivers, message: 'is not there' }]);
  const text = before ?? NO_WAIVERS[isJsonFile(flags.waivers) ? 'json' : 'yaml'];
  const document = { file: flags.waivers, text };
  const file = readWaivers(document);
  if (flags.list) return showList(file, rules, asOf);
  const change = flags.approve === undefined ? added : approved;
  const { entry, said } = await change(flags, file, rules, asOf);
  await replaceFile(flags.waivers, withEntry(document, entry), before);
  for (const line of [...said, ...(rules === undefined ? [UNCHECKED] : [])]) console.log(line);
  return 0;
}

const UNCHECKED = 'not checked against a policy: --policy FILE does it';

async function rulesOf(file: string | undefined): Promise<WaiverRules | undefined> {
  const document = await namedDocument(file, '--policy');
  return document && waiverRules(readPolicy(document.text, document.file), document.file);
}

interface Change {
  entry: WaiverEntry;
  said: string[];
}

/** A new entry, signed by its author. Whether it has its approval is asked when it is used. */
async function added(
  flags: WaiveFlags,
  file: WaiverFile,
  rules: WaiverRules | undefined,
  asOf: string,
): Promise<Change> {
  const { waivers: _, policy: __, asOf: ___, signKey, signKeyPassword, ...fields } = flags;
  const ids = file.entries.map(({ id }) => id);
  const unsigned = newEntry(fields, asOf, ids);
  const key = await demandedKey({ signKey, signKeyPassword });
  const entry = { ...unsigned, signatures: [signEntry(unsigned, 'waive', key)] };
  demandSound(entry, rules && { ...rules, approval: 'none' }, asOf, byOption);
  const more = rules?.approval === 'other-key' ? [`it counts once it is approved: waive --approve ${entry.id}`] : [];
  return { entry, said: [`waived, signed by ${key.keyid}`, ...described(entry), ...more] };
}

/** The same entry with the signature of another key. */
async function approved(
  flags: WaiveFlags,
  file: WaiverFile,
  rules: WaiverRules | undefined,
  asOf: string,
): Promise<Change> {
  const at = file.entries.findIndex(({ id }) => id === flags.approve);
  const known = file.entries[at];
  const refuse = (message: string) => new Refusal('waivers', [{ ...file.locate(['waivers', at]), message }]);
  if (known === undefined) throw new Refusal('usage', [{ message: '--approve: the file has no waiver of this id' }]);
  if (known.signatures.some(({ role }) => role === 'approve-waiver')) throw refuse('is approved already');
  const key = await demandedKey(flags);
  if (known.signatures.some(({ keyid }) => keyid === key.keyid))
    throw refuse('was signed with this key by its author; somebody else must approve it');
  const entry = { ...known, signatures: [...known.signatures, signEntry(known, 'approve-waiver', key)] };
  demandSound(entry, rules, asOf, (problems) => {
    const located = problems.map(({ path, ...rest }) => ({ ...file.locate(['waivers', at, ...path]), ...rest }));
    return new Refusal('waivers', located);
  });
  return { entry, said: [`approved, signed by ${key.keyid}`, ...described(entry)] };
}

function demandSound(
  entry: WaiverEntry,
  rules: WaiverRules | undefined,
  asOf: string,
  refusal: (problems: readonly EntryProblem[]) => Refusal,
): void {
  const problems = rules === undefined ? [] : checkEntry(entry, rules, asOf).problems;
  if (problems.length > 0) throw refusal(problems);
}

type KeyFlags = Pick<WaiveFlags, 'signKey' | 'signKeyPassword'>;

async function demandedKey({ signKey, signKeyPassword }: KeyFlags): Promise<PrivateSigningKey> {
  if (signKey === undefined) {
    const remedy = '`security-scan keygen` makes a key pair; the policy names the public key and its role.';
    throw new Refusal('usage', [{ message: '--sign-key: missing: a waiver is signed', remedy }]);
  }
  return signingKey({ signKey, signKeyPassword });
}

/** 2 when the policy would refuse one of them. */
function showList(file: WaiverFile, rules: WaiverRules | undefined, asOf: string): number {
  const { lines, refused } = listed(file, rules, asOf);
  for (const line of lines) console.log(line);
  if (rules === undefined) console.log(UNCHECKED);
  return refused ? 2 : 0;
}
