import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Published } from '../bundle/publish.js';
import { Fault, Refusal } from '../lib/errors.js';
import type { BundleFolder } from '../verify/folder.js';
import { problemList } from '../verify/problems.js';
import { type VerifyOptions, verifyFolder } from '../verify/verify.js';
import { appendEntry, type Head } from './append.js';
import { BUNDLE_ID, type Fact } from './entry.js';
import { approvalFact, approvalsIn, openBundle, runFact, runsIn } from './facts.js';
import { type Chain, readChain } from './read.js';

/** Adds the run of a bundle that was just published. Throws `Fault` code `history`: the bundle stands, its history lacks it. */
export async function chainRun(exportDir: string, { id, folder, how }: Published, run: string): Promise<Head> {
  try {
    const fact = await runFact(await openBundle(exportDir, id), id, run);
    return await appendEntry(exportDir, { ...fact, replaces: how === 'replaced' });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `the bundle ${folder} stands, but the history beside it lacks its run ${run}: ${why}`;
    throw new Fault('history', message, 'When the cause is gone: `security-scan history add <bundle>`.', { cause });
  }
}

/** A bundle by its place beside a history. */
export interface Placed {
  exportDir: string;
  id: string;
}

/** The export folder and the name of a bundle that the operator names, perhaps by a link such as `latest`. Throws `Refusal`. */
export async function placeOfBundle(path: string, exportDir: string | undefined): Promise<Placed> {
  const refuse = (message: string, remedy: string) => new Refusal('usage', [{ file: path, message, remedy }]);
  const folder = await realpath(path).catch(() => undefined);
  if (folder === undefined) throw refuse('is not there', 'Name the folder of a bundle.');
  const wanted = exportDir === undefined ? dirname(folder) : await realpath(exportDir).catch(() => exportDir);
  const id = basename(folder);
  if (dirname(folder) !== wanted)
    throw refuse(
      'does not lie in the export folder',
      `A history names the bundles beside it: move it to ${exportDir}.`,
    );
  if (!BUNDLE_ID.test(id))
    throw refuse('has a name that no bundle has', 'Use letters, digits, dot, dash and underscore, at most 128.');
  return { exportDir: wanted, id };
}

export interface AddOptions {
  bundle?: VerifyOptions;
  /** It took the place of another bundle of its name, which the history still names. */
  replaces?: boolean;
}

/** Adds every run and approval of one bundle that the history lacks; the bundle must be intact. Throws `Refusal` or `Fault`. */
export async function addBundle({ exportDir, id }: Placed, options: AddOptions = {}): Promise<Fact[]> {
  const folder = await openBundle(exportDir, id);
  const { intact, problems } = await verifyFolder(folder, options.bundle ?? {}, problemList());
  if (!intact) {
    const reasons = problems.map(({ file, reason }) => ({ file: `${id}/${file}`, message: reason }));
    throw new Refusal('bundle', [{ message: 'only an intact bundle is added to a history' }, ...reasons.slice(0, 20)]);
  }
  return addFacts({ exportDir, id }, await factsOf(folder, id), options.replaces ?? false);
}

/** Adds those facts about a bundle that a sound history lacks. Throws `Refusal` where it names another bundle of that name. */
export async function addFacts({ exportDir, id }: Placed, facts: readonly Fact[], replaces: boolean): Promise<Fact[]> {
  const chain = await soundChain(exportDir);
  const wanted = lacking(facts, knownTo(chain));
  if (!replaces && wanted.some((fact) => isOther(fact, chain))) {
    const message = 'the history names another bundle of this name';
    throw new Refusal('bundle', [
      { file: id, message, remedy: 'If it was replaced on purpose, say so with --replaces.' },
    ]);
  }
  for (const fact of wanted) await appendEntry(exportDir, fact.kind === 'run' ? { ...fact, replaces } : fact);
  return wanted;
}

/** Whether the history last knew other evidence under the name. */
export const isOther = ({ bundle }: Fact, { entries }: Chain): boolean => {
  const last = entries.findLast(({ entry }) => entry.bundle.id === bundle.id);
  return last !== undefined && last.entry.bundle.sha256 !== bundle.sha256;
};

/** A history that does not hold is not continued. */
async function soundChain(exportDir: string): Promise<Chain> {
  const problems = problemList();
  const chain = await readChain(exportDir, problems);
  const [first] = problems.all();
  if (first === undefined) return chain;
  throw new Fault('history', `${first.file} ${first.reason}`, '`security-scan history verify` tells all.');
}

/** What the history is to name of a bundle, runs in the order of time, then approvals. */
export async function factsOf(folder: BundleFolder, id: string): Promise<Fact[]> {
  const facts: Fact[] = [];
  for (const run of runsIn(folder)) facts.push({ ...(await runFact(folder, id, run)), replaces: false });
  for (const file of approvalsIn(folder)) facts.push(await approvalFact(folder, id, file));
  return facts;
}

/** What the entries of a history name. */
export type Known = ReadonlySet<string>;
export const knownTo = ({ entries }: Chain): Known => new Set(entries.map(({ entry }) => keyOf(entry)));

/** Those that no entry names. */
export const lacking = (facts: readonly Fact[], known: Known): Fact[] =>
  facts.filter((fact) => !known.has(keyOf(fact)));

/** Names what a fact is about: two entries of the same key are about the same run, or the same approval. */
const keyOf = (fact: Fact): string =>
  [fact.bundle.sha256, fact.bundle.id, fact.kind === 'run' ? fact.run.id : fact.approval.file].join(' ');
