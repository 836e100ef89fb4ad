import { ageInDays } from '../advisories/age.js';
import { canonicalJson } from '../lib/canonical.js';
import { digestOf } from '../lib/digest.js';
import { type Problem, Refusal } from '../lib/errors.js';
import type { Policy } from '../policy/policy.js';
import { type TrustedKey, trustedKeys } from '../policy/trusted-keys.js';
import { type WaiverEntry, waiversSchema } from './entry.js';
import type { Place, WaiverFile } from './read.js';
import { type Signers, signersOfEntry } from './signers.js';

/** What the policy asks of waivers, and whose signatures count. */
export interface WaiverRules {
  keys: readonly TrustedKey[];
  maxDays: Policy['waivers']['maxDays'];
  approval: Policy['waivers']['approval'];
}

/** The rules of a policy; `file` is where it stands. Throws `Refusal` for keys that cannot be read. */
export const waiverRules = (policy: Pick<Policy, 'trust' | 'waivers'>, file: string): WaiverRules => ({
  keys: trustedKeys(policy, file),
  maxDays: policy.waivers.maxDays,
  approval: policy.waivers.approval,
});

/** A waiver that the policy lets count until it expires. */
export interface Waiver extends WaiverEntry, Signers {}

/** The waivers of a run. */
export interface WaiverSet {
  /** In the order of their ids. */
  entries: readonly Waiver[];
  /** What `inputs/waivers.json` holds, with the signatures. */
  document: object;
  /** SHA-256 of the document's RFC 8785 form. */
  digest: string;
}

/** One thing that is wrong with an entry; `path` is within it. */
export type EntryProblem = Pick<Problem, 'message' | 'remedy'> & { path: readonly PropertyKey[] };

/** Checks every entry against the policy. Throws `Refusal` code `waivers` with every problem; an expired entry is none. */
export const admitWaivers = (file: WaiverFile, rules: WaiverRules, asOf: string): WaiverSet =>
  admitted(file.entries, rules, asOf, file.locate);

/**
 * Reads `inputs/waivers.json` of a bundle and checks it as `admitWaivers` did. Throws `Refusal` code `waivers`, or
 * `ZodError` for what is no waiver document.
 */
export function parseWaiverSet(document: unknown, rules: WaiverRules, asOf: string): WaiverSet {
  const { waivers } = waiversSchema.parse(document);
  const set = admitted(waivers, rules, asOf, ([, index]) => ({ path: waivers[Number(index)]?.id ?? 'waivers' }));
  if (canonicalJson(set.document) === canonicalJson(document)) return set;
  throw new Refusal('waivers', [{ message: 'the waivers or their signatures are out of order' }]);
}

function admitted(
  entries: readonly WaiverEntry[],
  rules: WaiverRules,
  asOf: string,
  locate: (path: readonly PropertyKey[]) => Place,
): WaiverSet {
  const checked = entries.map((entry) => checkEntry(entry, rules, asOf));
  const problems = checked.flatMap((result, i) =>
    result.problems.map(({ path, ...problem }) => ({ ...locate(['waivers', i, ...path]), ...problem })),
  );
  if (problems.length > 0) throw new Refusal('waivers', problems);
  const sorted = checked.flatMap(({ waiver }) => waiver ?? []).sort((a, b) => (a.id < b.id ? -1 : 1));
  const document = { schemaVersion: 1, waivers: sorted.map(({ author: _, approver: __, ...entry }) => entry) };
  return { entries: sorted, document, digest: digestOf(document) };
}

/** An entry as the policy sees it on a date: the waiver, or all that is wrong. */
export function checkEntry(
  entry: WaiverEntry,
  rules: WaiverRules,
  asOf: string,
): { waiver?: Waiver; problems: readonly EntryProblem[] } {
  const { problems, ...signers } = signersOfEntry(entry, rules);
  const all = [...dateProblems(entry, rules, asOf), ...problems];
  if (all.length > 0 || signers.author === undefined) return { problems: all };
  const signatures = [...entry.signatures].sort((a, b) => (a.role < b.role ? -1 : 1));
  return { waiver: { ...entry, signatures, author: signers.author, approver: signers.approver }, problems: [] };
}

function dateProblems({ created, expires }: WaiverEntry, { maxDays }: WaiverRules, asOf: string): EntryProblem[] {
  const days = ageInDays(created, expires);
  const problems: EntryProblem[] = [];
  if (created > asOf) problems.push({ path: ['created'], message: `lies in the future: the run is as of ${asOf}` });
  if (days <= 0) problems.push({ path: ['expires'], message: `is not after \`created\`, ${created}` });
  if (days > maxDays) {
    const remedy = 'Give an earlier date with `security-scan waive`; the policy says so under `waivers.maxDays`.';
    problems.push({ path: ['expires'], message: `is ${days} days after \`created\`, ${maxDays} are allowed`, remedy });
  }
  return problems;
}
