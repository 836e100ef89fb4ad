import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadPackageCatalog } from '../../src/core/package.js';
import type { ScanResult } from '../../src/core/scan.js';
import { scanWith, temporaryFolder } from '../support/scan.js';
import { runAlone } from './alone.js';
import { importFixtures } from './fixture-advisories.js';
import { plantConfiguration, plantNames } from './hostile.js';
import { missingTools, POLICY, testedSupplier } from './installed.js';
import { COUNTS } from './report-counts.js';

const folder = temporaryFolder();
const catalog = { ...(await loadPackageCatalog()), advisories: join(folder, 'advisories') };
await importFixtures(catalog.advisories);
const missing = await missingTools(catalog.tools.keys(), catalog);
let runs = 0;

/** Scans a tree with one tool, under the policy of `examples/`. */
async function scanAlone(tool: string, source: string, exportDir?: string): Promise<ScanResult> {
  const profile = { schemaVersion: 1 as const, name: 'alone', description: 'One tool.', tools: [tool] };
  const alone = { ...catalog, profiles: new Map([['alone', profile]]) };
  runs += 1;
  const request = { source, exportDir: exportDir ?? join(folder, `out-${runs}`), profile: 'alone', policy: POLICY };
  return scanWith(alone, { ...request, asOf: '2026-11-21' });
}

function treeOf(tool: string, kind: string): string {
  const tree = join(folder, `${tool}-${kind}-${runs}`);
  cpSync(join('test/tools', tool, kind === 'negative' ? 'negative' : 'positive'), tree, { recursive: true });
  return tree;
}

const component = z.looseObject({
  purl: z.string(),
  evidence: z.looseObject({ occurrences: z.array(z.looseObject({ location: z.string(), line: z.int() })) }),
});
const bom = z.looseObject({ components: z.array(component) });
const placed = z.looseObject({ path: z.string() });
const sarif = z.looseObject({ runs: z.array(z.looseObject({ results: z.array(z.unknown()) })) });

/** What was found in the files of the fixture, whatever else is in the tree: findings, or components with their places. */
function foundIn({ bundle }: ScanResult, own: readonly string[]): string[] {
  const known = new Set(own);
  const lines = readFileSync(join(bundle.folder, 'findings.jsonl'), 'utf8').split('\n');
  const findings = lines.filter((line) => line !== '' && known.has(placed.parse(JSON.parse(line)).path));
  const sbom = join(bundle.folder, 'reports/sbom/sbom.cyclonedx.json');
  if (!existsSync(sbom)) return findings;
  return bom
    .parse(JSON.parse(readFileSync(sbom, 'utf8')))
    .components.flatMap(({ purl, evidence }) => evidence.occurrences.map((place) => ({ purl, ...place })))
    .filter(({ location }) => known.has(location))
    .map((one) => JSON.stringify(one));
}

/** Results in the SARIF that the bundle holds. */
function resultsIn({ bundle }: ScanResult): number {
  const { runs: all } = sarif.parse(JSON.parse(readFileSync(join(bundle.folder, 'results.sarif'), 'utf8')));
  return all.flatMap(({ results }) => results).length;
}

const filesOf = (tree: string): string[] =>
  readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(tree.length + 1));

const tools = [...catalog.tools.values()].flatMap((tool) => {
  const supplier = testedSupplier(tool);
  const tested = supplier !== undefined && existsSync(join('test/tools', tool.id, 'positive'));
  return tested ? [[tool.id, tool, supplier] as const] : [];
});

describe.each(tools)('%s', (id, tool, supplier) => {
  const reason = missing.get(id);
  const run = reason === undefined ? it : (name: string, _: () => Promise<void>) => it.skip(`${name} (${reason})`);

  run('finds the same whatever the tree says about it, and runs nothing of it', async () => {
    const [plain, hostile] = [treeOf(id, 'positive'), treeOf(id, 'hostile')];
    const own = filesOf(plain);
    const canary = join(folder, `canary-${id}`);
    plantConfiguration(hostile, canary);
    const before = foundIn(await scanAlone(id, plain), own);
    const after = foundIn(await scanAlone(id, hostile), own);
    expect(before.length).toBeGreaterThan(0);
    expect(after).toEqual(before);
    expect(existsSync(canary)).toBe(false);
  });

  run('finds as much as it does by itself: nothing is lost or doubled on the way', async () => {
    const tree = treeOf(id, 'positive');
    const own = filesOf(tree);
    const result = await scanAlone(id, tree);
    const found = foundIn(result, own).length;
    const alone = { source: tree, files: own, scratch: join(folder, `alone-${id}`) };
    expect(found).toBe(COUNTS[supplier.run.report.format]?.(await runAlone(tool, supplier, alone, catalog)));
    if (tool.category !== 'sbom') expect(resultsIn(result)).toBe(found);
  });

  run('finds nothing where there is nothing', async () => {
    const { evidence } = await scanAlone(id, treeOf(id, 'negative'));
    const [outcome] = evidence.outcomes;
    expect([outcome?.status, outcome?.error, outcome?.unread]).toEqual(['clean', null, []]);
  });

  run('bears hostile names, and gives the same bundle twice', async () => {
    const tree = treeOf(id, 'names');
    const [first = ''] = filesOf(tree);
    const extension = /\.[^./]+$/.exec(first)?.[0] ?? '';
    plantNames(tree, 'file', extension, readFileSync(join(tree, first), 'utf8'));
    const exportDir = join(folder, `twice-${id}`);
    const [one, two] = [await scanAlone(id, tree, exportDir), await scanAlone(id, tree, exportDir)];
    expect(one.evidence.outcomes[0]?.error).toBeNull();
    expect([one.bundle.how, two.bundle.how]).toEqual(['created', 'added']);
  });

  run('is not-applicable to a tree of other files', async () => {
    const tree = join(folder, `other-${id}`);
    mkdirSync(tree, { recursive: true });
    writeFileSync(join(tree, 'notes.unknown'), 'nothing here\n');
    const { evidence } = await scanAlone(id, tree);
    expect(['not-applicable', 'clean']).toContain(evidence.outcomes[0]?.status);
  });
});
