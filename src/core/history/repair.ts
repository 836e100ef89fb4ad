import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findRemains } from '../bundle/incomplete.js';
import { problemList, type VerifyProblem } from '../verify/problems.js';
import { type VerifyOptions, verifyFolder } from '../verify/verify.js';
import { factsOf, isOther, knownTo, lacking } from './add.js';
import { appendEntry } from './append.js';
import type { Fact } from './entry.js';
import { openBundle } from './facts.js';
import { bundleNames, nameOfFact } from './lacking.js';
import { historyFolder } from './place.js';
import { type Chain, readChain } from './read.js';
import { unfinishedRuns } from './unfinished.js';

/** One thing that a repair does; `what` is relative to the export folder. */
export interface Repair {
  action: 'remove' | 'add';
  what: string;
}

export interface Repaired {
  done: Repair[];
  /** What it leaves alone: a chain that does not hold, bundles that are not intact. */
  problems: VerifyProblem[];
}

/**
 * Removes what killed processes left and adds what the history lacks, at its end. An entry is never changed or removed,
 * a chain that does not hold is not continued, and a bundle that is not intact, or that stands in the place of another
 * one, is not added. With `dryRun` it only tells. Throws `Fault` code `history`.
 */
export async function repairHistory(
  exportDir: string,
  dryRun: boolean,
  options: VerifyOptions = {},
): Promise<Repaired> {
  const problems = problemList();
  const chain = await readChain(exportDir, problems);
  const wanted = problems.count() > 0 ? [] : await wantedFacts(exportDir, chain, options, problems);
  const named = new Set([...chain.entries.map(({ entry }) => nameOfFact(entry)), ...wanted.map(nameOfFact)]);
  const ended = (await unfinishedRuns(exportDir)).map(({ run }) => run).filter((run) => named.has(run));
  if (!dryRun) {
    for (const name of chain.temporaries) await rm(join(historyFolder(exportDir), name), { force: true });
    for (const fact of wanted) await appendEntry(exportDir, fact);
    await removeRemains(exportDir, ended);
  }
  const done: Repair[] = [
    ...chain.temporaries.map((name) => ({ action: 'remove' as const, what: `history/${name}` })),
    ...wanted.map((fact) => ({ action: 'add' as const, what: `${fact.bundle.id}/${nameOfFact(fact)}` })),
    ...ended.map((run) => ({ action: 'remove' as const, what: `.incomplete/${run}` })),
  ];
  return { done, problems: problems.all() };
}

/** What intact bundles have and the history does not, in the order of time as far as run ids tell it. */
async function wantedFacts(
  exportDir: string,
  chain: Chain,
  options: VerifyOptions,
  problems: ReturnType<typeof problemList>,
): Promise<Fact[]> {
  const known = knownTo(chain);
  const facts: Fact[] = [];
  for (const id of await bundleNames(exportDir)) {
    const found = await problems.attempt(id, async () => {
      const folder = await openBundle(exportDir, id);
      const wanted = lacking(await factsOf(folder, id), known);
      if (wanted.length === 0) return [];
      if (wanted.some((fact) => isOther(fact, chain)))
        problems.add(id, 'stands in the place of another bundle; see `history add`');
      else if ((await verifyFolder(folder, options, problemList())).intact) return wanted;
      else problems.add(id, 'is not intact and is not added');
      return [];
    });
    facts.push(...(found ?? []));
  }
  return facts.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

/** Run ids begin with the time; approvals come after the runs. */
const orderOf = (fact: Fact): string => `${fact.kind === 'run' ? 0 : 1} ${nameOfFact(fact)} ${fact.bundle.id}`;

/** What a killed run left under `.incomplete/` goes when the history has the run: nothing of it is lost then. */
async function removeRemains(exportDir: string, ended: readonly string[]): Promise<void> {
  for (const { runId, folder } of await findRemains(exportDir))
    if (ended.includes(runId)) await rm(folder, { recursive: true, force: true });
}
