import { readdir } from 'node:fs/promises';
import { printable } from '../lib/printable.js';
import type { Problems } from '../verify/problems.js';
import { factsOf, type Known, knownTo, lacking } from './add.js';
import { BUNDLE_ID, type Fact } from './entry.js';
import { openBundle } from './facts.js';
import type { Chain } from './read.js';

/** A run (`name` is its id) or an approval (its file) of a bundle that no entry names. */
export interface Lacking {
  bundle: string;
  kind: Fact['kind'];
  name: string;
}

/** The folders of an export folder that stand for bundles: all but links, the history, and what begins with a dot. */
export async function bundleNames(exportDir: string): Promise<string[]> {
  const entries = await readdir(exportDir, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'history')
    .map(({ name }) => name)
    .sort();
}

/** What the folders beside the history hold and it does not name. Folders that hold no bundle are problems. */
export async function lackingIn(exportDir: string, chain: Chain, problems: Problems): Promise<Lacking[]> {
  const named = new Set(chain.entries.map(({ entry }) => entry.bundle.id));
  const known = knownTo(chain);
  const found: Lacking[] = [];
  for (const id of await bundleNames(exportDir)) {
    if (!BUNDLE_ID.test(id)) problems.add(id, 'has a name that no bundle has');
    else {
      const facts = await lackingOf(exportDir, id, known, named.has(id) ? undefined : problems);
      found.push(...facts.map((fact) => ({ bundle: printable(id, 200), kind: fact.kind, name: nameOfFact(fact) })));
    }
  }
  return found;
}

/** Of a bundle that the history names, what cannot be read was told already. */
async function lackingOf(exportDir: string, id: string, known: Known, problems: Problems | undefined): Promise<Fact[]> {
  const look = async () => lacking(await factsOf(await openBundle(exportDir, id), id), known);
  if (problems === undefined) return look().catch(() => []);
  const facts = (await problems.attempt(id, look)) ?? [];
  if (facts.length === 0) problems.add(id, 'holds no run that the history could name');
  return facts;
}

export const nameOfFact = (fact: Fact): string => (fact.kind === 'run' ? fact.run.id : fact.approval.file);
