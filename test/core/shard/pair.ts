import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { Refusal } from '../../../src/core/lib/errors.js';
import type { Catalog } from '../../../src/core/plan/catalog.js';
import type { ScanResult } from '../../../src/core/scan.js';
import { writeTree } from '../../hostile/fixtures.js';
import { scriptedCatalog } from '../../support/catalog.js';
import { temporaryFolder } from '../../support/scan.js';
import { BY_FILE, copyOf, mergeWith, shardsOf } from './support.js';

const TREE = { 'a.txt': 'BAD\nBAD\n', 'b.txt': 'POOR\n', 'c.txt': 'fine\n', 'd.txt': 'BAD POOR\n', 'e/f.txt': 'ODD\n' };

/** Copies of two honest shards, to be changed. */
export interface Pair {
  first: string;
  second: string;
  merge(): Promise<ScanResult>;
}

/** Makes two shards before the tests of a file; `copies` gives a pair to change, `refusal` merges one with a changed second shard. */
export function pairs() {
  const folder = temporaryFolder();
  let catalog: Catalog;
  let honest: string[] = [];
  beforeAll(async () => {
    catalog = await scriptedCatalog(folder, [
      { id: 'by-file', script: BY_FILE },
      { id: 'by-tree', script: BY_FILE, tool: { judges: 'tree', cost: 0.01 } },
    ]);
    writeTree(join(folder, 'source'), TREE);
    const request = { source: join(folder, 'source'), exportDir: join(folder, 'shards'), profile: 'scripted' };
    honest = await shardsOf(catalog, request, 2);
  });

  let made = 0;
  function copies(): Pair & { exportDir: string } {
    const own = join(folder, `case-${made++}`);
    mkdirSync(own);
    const [first = '', second = ''] = honest.map((shard, i) => copyOf(shard, join(own, `${i + 1}`)));
    const exportDir = join(own, 'out');
    const merge = () => mergeWith(catalog, { shards: [first, second], exportDir, profile: 'scripted' });
    return { first, second, exportDir, merge };
  }

  /** What the merge says; nothing may be left of it, and the message names the shard. */
  async function refusal(change: (second: string) => void): Promise<string> {
    const { second, exportDir, merge } = copies();
    change(second);
    const said = await merge().then(
      () => 'merged',
      (error: unknown) => (error instanceof Refusal ? error.message : `no refusal: ${error}`),
    );
    expect(readdirSync(exportDir)).toEqual(['.incomplete']);
    expect(readdirSync(join(exportDir, '.incomplete'))).toEqual([]);
    expect(said).toContain(second);
    return said;
  }
  return { copies, refusal };
}
