import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { verifyHistory } from '../../../src/core/history/verify.js';
import { filesIn } from '../../support/bundle.js';
import { type Mutation, mutate, type Others, type Pick, unnoticed } from '../../support/mutations.js';
import { folderCopier, scansOf } from './support.js';

/** How many mutations are tried, and where the series begins; the same numbers give the same series. */
const COUNT = Number(process.env['HISTORY_MUTATIONS'] ?? 200);
const SEED = Number(process.env['HISTORY_SEED'] ?? 1);

let exportDir: string;
let files: string[];
beforeAll(async () => {
  const scans = await scansOf(['one\n', 'two\n', 'one\n']);
  exportDir = folderCopier()(scans.exportDir);
  // Entries, logs of decisions, and the statements that bind them; all else of a bundle is the matter of another test.
  files = [...filesIn(exportDir).keys()].filter((path) => /^history\/|audit\.jsonl$|run\.intoto\.json$/.test(path));
});

/** Another entry, in the place of one or behind them all. */
function insertEntry(from: string, name: string, seq: number): Mutation | undefined {
  const to = join(exportDir, 'history', `0000000${seq}.json`);
  const before = existsSync(to) ? readFileSync(to) : undefined;
  const after = readFileSync(from);
  if (before?.equals(after)) return undefined;
  writeFileSync(to, after);
  const undo = () => (before === undefined ? rmSync(to) : writeFileSync(to, before));
  return { what: `${name} as entry ${seq}`, undo };
}

const OTHERS: Others = {
  'insert an entry': (name, pick) => insertEntry(join(exportDir, name), name, 1 + pick(4)),
};

it(
  `${COUNT} mutations of history and logs are all noticed`,
  async () => {
    const change = (pick: Pick) => mutate(exportDir, files, pick, OTHERS);
    expect(await unnoticed({ count: COUNT, seed: SEED }, change, () => verifyHistory(exportDir))).toEqual([]);
    expect(await verifyHistory(exportDir)).toMatchObject({ intact: true, entries: 3, runs: { named: 3, intact: 3 } });
  },
  60_000 + COUNT * 400,
);
