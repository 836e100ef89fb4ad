import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '../../../src/core/plan/catalog.js';
import { commitAll, H0, writeTree } from '../../hostile/fixtures.js';
import { builtCatalog } from '../../support/catalog.js';
import { scanWith, temporaryFolder } from '../../support/scan.js';
import { evidenceIn, mergeWith, shardsOf } from './support.js';

const FOLDER = temporaryFolder();

/** Something for each embedded tool, a file that Python cannot read, a name that is not ASCII, and a secrets-only file. */
const TREE = {
  ...H0,
  'bad.py': 'def (:\n',
  'ü/ä.js': 'eval(location.hash)\n',
  'z.py': 'import os\nos.system(input())\n',
  'deep/er/a.ts': 'const a = new RegExp(process.argv[2] ?? "");\n',
};

let catalog: Catalog;
let whole: Map<string, string>;
const shards = new Map<number, string[]>();
beforeAll(async () => {
  catalog = await builtCatalog();
  const source = join(FOLDER, 'source');
  writeTree(source, TREE);
  commitAll(source);
  const { bundle } = await scanWith(catalog, { source, exportDir: join(FOLDER, 'whole') });
  whole = evidenceIn(bundle.folder);
  for (const of of [1, 2, 3, 4])
    shards.set(of, await shardsOf(catalog, { source, exportDir: join(FOLDER, `shards-${of}`) }, of));
});

describe('with the real tools', () => {
  it('every division in every order is the bundle of one run', async () => {
    const order = fc
      .constantFrom(...shards.entries())
      .chain(([of, folders]) => fc.shuffledSubarray(folders, { minLength: of }).map((names) => ({ of, names })));
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(order, fc.nat(), async ({ of, names }, i) => {
        const { bundle } = await mergeWith(catalog, { shards: names, exportDir: join(FOLDER, `merged-${of}-${i}`) });
        expect(evidenceIn(bundle.folder)).toEqual(whole);
        seen.add(of);
      }),
      { numRuns: 12, examples: [...shards].map(([of, names]) => [{ of, names: [...names].reverse() }, of]) },
    );
    expect([...seen].sort()).toEqual([1, 2, 3, 4]);
  });
});
