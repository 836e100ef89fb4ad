import { lstat, realpath } from 'node:fs/promises';
import { canonicalJson } from '../lib/canonical.js';
import { Refusal } from '../lib/errors.js';
import type { BundleFolder } from '../verify/folder.js';
import { type Problems, problemList, Unsound, type VerifyProblem } from '../verify/problems.js';
import { type VerifyOptions, verifyFolder } from '../verify/verify.js';
import { type Fact, GENESIS, type HistoryEntry } from './entry.js';
import { approvalFact, openBundle, runFact } from './facts.js';
import { type Lacking, lackingIn } from './lacking.js';
import { type Chain, readChain } from './read.js';
import { type Unfinished, unfinishedRuns } from './unfinished.js';

export interface HistoryOptions {
  /** How each bundle is checked. */
  bundle?: VerifyOptions;
  /** A head that the caller kept: the history must still hold the entry. */
  expectHead?: string;
  /** Entries after that head may let bundles take the place of others, whose runs nothing shows then. */
  allowReplaced?: boolean;
}

/** What a history and the folder around it come to. */
export interface HistoryReport {
  /** The chain holds, and everything that it names, and it names everything that is there. */
  intact: boolean;
  /** SHA-256 of the last entry. */
  head: string;
  entries: number;
  /** Of the runs and approvals that are named: those that are as the history says, in an intact bundle. `replaced` are gone, as an entry excuses it. */
  runs: { named: number; intact: number; replaced: number };
  approvals: { named: number; intact: number };
  /** Runs and approvals that no entry names. */
  lacking: Lacking[];
  unfinished: Unfinished[];
  temporaries: string[];
  problems: VerifyProblem[];
}

/**
 * Checks the history of an export folder, everything that it names, and that it names all there is. Follows no link and
 * runs nothing. That the last entries were taken away together with their bundles shows only against a head that was
 * kept. Throws `Refusal` when there is no such folder.
 */
export async function verifyHistory(exportDir: string, options: HistoryOptions = {}): Promise<HistoryReport> {
  await demandFolder(exportDir);
  const problems = problemList();
  const unfinished = await unfinishedRuns(exportDir);
  const chain = await readChain(exportDir, problems);
  checkHead(chain, options, problems);
  const counted = await checkNamed(exportDir, chain, options.bundle ?? {}, problems);
  const lacking = await lackingIn(exportDir, chain, problems);
  // What a killed run published is told as unfinished.
  const going = new Set(unfinished.map(({ run }) => run));
  for (const { bundle, name } of lacking)
    if (!going.has(name)) problems.add(`${bundle}/${name}`, 'is not in the history');
  const all = problems.all();
  const { head, entries, temporaries } = chain;
  const report = { head, entries: entries.length, ...counted, lacking, unfinished, temporaries };
  return { intact: all.length === 0, ...report, problems: all };
}

/** Throws `Refusal` for a path that is no folder; the operator may name one by a link. */
export async function demandFolder(path: string): Promise<void> {
  const stat = await realpath(path).then(lstat, () => undefined);
  if (!stat?.isDirectory()) throw new Refusal('usage', [{ file: path, message: 'is no folder' }]);
}

function checkHead({ entries }: Chain, { expectHead: head, allowReplaced }: HistoryOptions, problems: Problems): void {
  if (head === undefined) return;
  const at = entries.findIndex(({ sha256 }) => sha256 === head);
  if (at < 0 && head !== GENESIS)
    problems.add('history', `holds no entry ${head}: what came up to it was taken away or changed`);
  // Entries are not signed: whoever can write here can add one that excuses the absence of a bundle.
  for (const { entry } of allowReplaced ? [] : entries.slice(at + 1))
    if (entry.kind === 'run' && entry.replaces)
      problems.add(
        placeOf(entry),
        `took the place of another bundle (entry ${entry.seq}) after the head that you kept`,
      );
}

type Counted = Pick<HistoryReport, 'runs' | 'approvals'>;

/** Checks each bundle once, and each entry against it. */
async function checkNamed(exportDir: string, { entries }: Chain, options: VerifyOptions, problems: Problems) {
  const counted: Counted = { runs: { named: 0, intact: 0, replaced: 0 }, approvals: { named: 0, intact: 0 } };
  for (const [id, all] of byBundle(entries)) {
    // Only what came before the replacement is excused by it.
    const since = all.findLastIndex((entry) => entry.kind === 'run' && entry.replaces);
    const isGone = (entry: HistoryEntry, i: number) => i < since && entry.bundle.sha256 !== all[since]?.bundle.sha256;
    const standing = all.filter((entry, i) => !isGone(entry, i));
    counted.runs.replaced += all.filter((entry, i) => entry.kind === 'run' && isGone(entry, i)).length;
    await checkBundle(exportDir, id, standing, options, counted, problems);
  }
  return counted;
}

function byBundle(entries: Chain['entries']): Map<string, HistoryEntry[]> {
  const grouped = new Map<string, HistoryEntry[]>();
  for (const entry of unique(entries.map((read) => read.entry))) {
    const same = grouped.get(entry.bundle.id);
    if (same === undefined) grouped.set(entry.bundle.id, [entry]);
    else same.push(entry);
  }
  return grouped;
}

/** A run that two processes added at the same time is named twice. */
const unique = (entries: readonly HistoryEntry[]): HistoryEntry[] => [
  ...new Map(entries.map((entry) => [canonicalJson(factOf(entry)), entry])).values(),
];

async function checkBundle(
  exportDir: string,
  id: string,
  entries: readonly HistoryEntry[],
  options: VerifyOptions,
  counted: Counted,
  problems: Problems,
): Promise<void> {
  const checked = await problems.attempt(id, async () => {
    const folder = await openBundle(exportDir, id);
    return { folder, found: (await verifyFolder(folder, options, problemList())).problems };
  });
  for (const { file, reason } of checked?.found ?? []) problems.add(`${id}/${file}`, reason);
  for (const entry of entries) {
    const count = entry.kind === 'run' ? counted.runs : counted.approvals;
    count.named += 1;
    const sound = checked && (await problems.attempt(placeOf(entry), () => checkEntry(checked.folder, entry)));
    if (sound && !checked.found.some(({ file }) => concerns(file, entry))) count.intact += 1;
  }
}

const placeOf = (entry: HistoryEntry): string =>
  `${entry.bundle.id}/${entry.kind === 'run' ? `runs/${entry.run.id}` : entry.approval.file}`;

/** What is wrong with another run's record or with an approval leaves a run as it was. */
function concerns(file: string, entry: HistoryEntry): boolean {
  const own = entry.kind === 'run' ? `runs/${entry.run.id}/` : entry.approval.file.replace(/\.intoto\.json$/, '.');
  return !/^(runs|approvals)\//.test(file) || file.startsWith(own);
}

/** Holds an entry against what its bundle has now. Throws `Unsound` with the first member that differs. */
async function checkEntry(folder: BundleFolder, entry: HistoryEntry): Promise<true> {
  const { id } = entry.bundle;
  const now =
    entry.kind === 'run'
      ? { ...(await runFact(folder, id, entry.run.id)), replaces: entry.replaces }
      : await approvalFact(folder, id, entry.approval.file);
  const named = Object.entries(factOf(entry));
  const wrong = named.find(([member, value]) => canonicalJson(value) !== canonicalJson(memberOf(now, member)));
  if (wrong !== undefined)
    throw new Unsound(`is not what entry ${entry.seq} of the history names: \`${wrong[0]}\` differs`);
  return true;
}

const memberOf = (value: object, name: string): unknown =>
  Object.entries(value).find(([key]) => key === name)?.[1] ?? null;

/** What an entry says, without its place in the chain. */
function factOf({ schemaVersion: _, seq: __, previous: ___, ...fact }: HistoryEntry): Fact {
  return fact;
}
