import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadPackageCatalog } from '../../../src/core/package.js';
import { temporaryFolder } from '../../support/scan.js';
import { runAlone } from '../alone.js';
import { missingTools, testedSupplier } from '../installed.js';
import { namesOf, readFixtures } from './ruleset.js';

const report = z.looseObject({
  results: z.array(
    z.looseObject({ check_id: z.string(), path: z.string(), start: z.looseObject({ line: z.number() }) }),
  ),
  errors: z.array(z.unknown()),
  paths: z.looseObject({ scanned: z.array(z.string()) }),
});

const ENGINES = ['opengrep', 'semgrep'];
const catalog = await loadPackageCatalog();
const missing = await missingTools(ENGINES, catalog);
const fixtures = readFixtures();
const names = fixtures.flatMap(namesOf);
const folder = temporaryFolder();
const source = join(folder, 'tree');

function writeTree(): void {
  for (const fixture of fixtures) {
    for (const name of namesOf(fixture)) {
      mkdirSync(join(source, dirname(name)), { recursive: true });
      writeFileSync(join(source, name), fixture.text);
    }
  }
}

async function reportOf(engine: string): Promise<z.infer<typeof report>> {
  const tool = catalog.tools.get(engine);
  const supplier = tool === undefined ? undefined : testedSupplier(tool);
  if (tool === undefined || supplier === undefined) throw new Error(`${engine} cannot be installed`);
  writeTree();
  const tree = { source, files: names, scratch: join(folder, engine) };
  return report.parse(await runAlone(tool, supplier, tree, catalog));
}

const line = (path: string, number: number, rule: string): string => `${path}:${number} ${rule}`;

const expected = fixtures.flatMap((fixture) =>
  namesOf(fixture).flatMap((name) => fixture.marks.map((mark) => line(name, mark.line, mark.rule))),
);

describe.each(ENGINES)('%s', (engine) => {
  const reason = missing.get(engine);
  if (reason !== undefined) {
    it.skip(`finds every marked line and no other (${reason})`);
    return;
  }

  it('finds every marked line and no other', async () => {
    const { results, errors, paths } = await reportOf(engine);
    expect(errors).toEqual([]);
    expect(paths.scanned.length).toBe(names.length);
    const found = results.map(({ path, start, check_id }) => line(path.replace(/^\.\//, ''), start.line, check_id));
    expect(found.sort()).toEqual([...expected].sort());
  });
});
