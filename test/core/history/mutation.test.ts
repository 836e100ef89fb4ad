import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { verifyHistory } from '../../../src/core/history/verify.js';
import { filesIn } from '../../support/bundle.js';
import { BYTES, type Pick, series } from '../../support/mutations.js';
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

interface Mutation {
  what: string;
  undo: () => void;
}

/** One change of history or logs, and how it is taken back. Undefined when it would change nothing. */
function mutate(pick: Pick): Mutation | undefined {
  const name = files[pick(files.length)] ?? '';
  const path = join(exportDir, name);
  const kinds = [...Object.keys(BYTES), 'delete', 'rename', 'exchange', 'insert an entry'];
  const kind = kinds[pick(kinds.length)] ?? '';
  if (kind === 'exchange') return exchange(name, files[pick(files.length)] ?? '');
  if (kind === 'insert an entry') return insertEntry(path, name, 1 + pick(4));
  const before = readFileSync(path);
  const undo = () => writeFileSync(path, before);
  if (kind === 'delete') {
    rmSync(path);
    return { what: `${kind} ${name}`, undo };
  }
  if (kind === 'rename') {
    renameSync(path, `${path}x`);
    return { what: `${kind} ${name}`, undo: () => renameSync(`${path}x`, path) };
  }
  const after = BYTES[kind]?.(before, pick) ?? before;
  if (after.equals(before)) return undefined;
  writeFileSync(path, after);
  return { what: `${kind} ${name}`, undo };
}

function exchange(a: string, b: string): Mutation | undefined {
  const [first, second] = [readFileSync(join(exportDir, a)), readFileSync(join(exportDir, b))];
  if (first.equals(second)) return undefined;
  const write = (x: Buffer, y: Buffer) => {
    writeFileSync(join(exportDir, a), x);
    writeFileSync(join(exportDir, b), y);
  };
  write(second, first);
  return { what: `exchange ${a} and ${b}`, undo: () => write(first, second) };
}

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

it(
  `${COUNT} mutations of history and logs are all noticed`,
  async () => {
    const pick = series(SEED);
    const unnoticed: string[] = [];
    let tried = 0;
    while (tried < COUNT) {
      const mutation = mutate(pick);
      if (mutation === undefined) continue;
      tried += 1;
      const { intact, problems } = await verifyHistory(exportDir);
      if (intact || problems.length === 0) unnoticed.push(mutation.what);
      mutation.undo();
    }
    expect(unnoticed).toEqual([]);
    expect(await verifyHistory(exportDir)).toMatchObject({ intact: true, entries: 3, runs: { named: 3, intact: 3 } });
  },
  60_000 + COUNT * 400,
);
