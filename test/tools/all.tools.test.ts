import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadPackageCatalog } from '../../src/core/package.js';
import { isEmbedded, type Tool } from '../../src/core/plan/tool.js';
import type { ScanResult } from '../../src/core/scan.js';
import { scanWith, temporaryFolder } from '../support/scan.js';
import { plantConfiguration, plantNames } from './hostile.js';
import { installedTools, POLICY } from './installed.js';

const catalog = await loadPackageCatalog();
const installed = await installedTools(catalog);
const folder = temporaryFolder();
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

/** What was found in the files of the fixture, whatever else is in the tree. */
function findingsIn(result: ScanResult, own: readonly string[]): string[] {
  const text = readFileSync(join(result.bundle.folder, 'findings.jsonl'), 'utf8');
  const found = text.split('\n').filter((line) => line !== '');
  const known = new Set(own);
  return found.filter((line) => known.has((JSON.parse(line) as { path: string }).path));
}

const filesOf = (tree: string): string[] =>
  readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(tree.length + 1));

const hasFixtures = ({ id }: Tool): boolean => existsSync(join('test/tools', id, 'positive'));
const tools = [...catalog.tools.values()].filter((tool) => !isEmbedded(tool) && hasFixtures(tool));

describe.each(tools.map(({ id }) => id))('%s', (id) => {
  const missing = installed.get(id);
  const run = missing === undefined ? it : (name: string, _: () => Promise<void>) => it.skip(`${name} (${missing})`);
  const afterRun = () => runs;
  afterAll(() => afterRun());

  run('finds the same whatever the tree says about it, and runs nothing of it', async () => {
    const [plain, hostile] = [treeOf(id, 'positive'), treeOf(id, 'hostile')];
    const own = filesOf(plain);
    const canary = join(folder, `canary-${id}`);
    plantConfiguration(hostile, canary);
    const before = findingsIn(await scanAlone(id, plain), own);
    const after = findingsIn(await scanAlone(id, hostile), own);
    expect(before.length).toBeGreaterThan(0);
    expect(after).toEqual(before);
    expect(existsSync(canary)).toBe(false);
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
