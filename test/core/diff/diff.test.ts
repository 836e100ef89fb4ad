import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { diffBundles } from '../../../src/core/diff/diff.js';
import { compareEvidence } from '../../../src/core/diff/evidence.js';
import { type OpenBundle, openBundle } from '../../../src/core/diff/open.js';
import type { Catalog } from '../../../src/core/plan/catalog.js';
import type { ScanRequest } from '../../../src/core/scan-request.js';
import { scriptedCatalog } from '../../support/catalog.js';
import { scanWith, temporaryFolder } from '../../support/scan.js';
import { finder } from '../replay/support.js';

const SCRATCH = temporaryFolder();
let catalog: Catalog;
let first: OpenBundle;

/** Scans a folder of these files. */
async function scanOf(files: Record<string, string>, request: Partial<ScanRequest> = {}, other = catalog) {
  const source = mkdtempSync(join(SCRATCH, 's-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(source, name), text);
  const exportDir = mkdtempSync(join(SCRATCH, 'o-'));
  const { bundle } = await scanWith(other, { source, exportDir, profile: 'scripted', ...request });
  return opened(bundle.folder);
}

async function opened(folder: string): Promise<OpenBundle> {
  const { bundle, verification } = await openBundle(folder, {});
  if (bundle === undefined) throw new Error(JSON.stringify(verification.problems));
  return bundle;
}

const FILES = { 'a.txt': 'good\nbad one\n', 'b.txt': 'bad two\n' };
beforeAll(async () => {
  catalog = await scriptedCatalog(mkdtempSync(join(SCRATCH, 'w-')), [finder()]);
  first = await scanOf(FILES);
});

const places = (list: readonly { path: string; line: number }[]) => list.map(({ path, line }) => `${path}:${line}`);

describe('openBundle', () => {
  it('opens nothing that is not intact', async () => {
    const folder = mkdtempSync(join(SCRATCH, 'b-'));
    cpSync(first.folder.root, folder, { recursive: true });
    writeFileSync(join(folder, 'inputs', 'extra.json'), '{}');
    const { bundle, verification } = await openBundle(folder, {});
    expect([bundle, verification.intact]).toEqual([undefined, false]);
  });
});

describe('diffBundles', () => {
  it('does not take for fixed what no tool looked at again', async () => {
    const failing = await scriptedCatalog(mkdtempSync(join(SCRATCH, 'w-')), [finder({ script: 'process.exit(3);' })]);
    const crashed = await diffBundles(first, await scanOf(FILES, {}, failing));
    expect(places(crashed.findings.unjudged)).toEqual(['a.txt:2', 'b.txt:1']);
    expect(crashed.findings.fixed).toEqual([]);
    expect([crashed.verdict, crashed.worse]).toEqual([{ was: 'fail', is: 'error' }, true]);
    const narrowed = await diffBundles(first, await scanOf(FILES, { narrowing: { exclude: ['b.txt'] } }));
    expect(places(narrowed.findings.unjudged)).toEqual(['b.txt:1']);
    expect(narrowed.plan.plan).toEqual([{ path: 'narrowing.exclude[0]', was: null, is: '"b.txt"' }]);
  });

  it('finds nothing between a bundle and itself', async () => {
    expect(await diffBundles(first, first)).toEqual({
      verdict: { was: 'fail', is: 'fail' },
      findings: { new: [], fixed: [], unjudged: [], moved: [], changed: [], unchanged: 2 },
      plan: { tools: [], policy: [], plan: [] },
      source: [],
      worse: false,
    });
  });

  it('tells new, fixed and moved findings, and what else changed', async () => {
    const text = 'schemaVersion: 1\nname: other\nbudgets: { overall: { high: 3 } }\n';
    const other = await scriptedCatalog(mkdtempSync(join(SCRATCH, 'w-')), [
      finder({ tool: { cost: 7 } }),
      finder({ id: 'zweiter' }),
    ]);
    const policy = { file: '/proc/none/p.yaml', text };
    const files = { 'a.txt': 'good\ngood\nbad one\n', 'b.txt': 'good\n', 'c.txt': 'bad three\n' };
    const diff = await diffBundles(first, await scanOf(files, { policy }, other));
    expect(places(diff.findings.new.filter(({ tool }) => tool === 'finder'))).toEqual(['c.txt:1']);
    expect(places(diff.findings.fixed)).toEqual(['b.txt:1']);
    expect(diff.findings.moved).toMatchObject([{ path: 'a.txt', line: 3, was: { line: 2 } }]);
    expect(diff.plan.tools).toMatchObject([
      { tool: 'finder', change: 'changed', members: [{ path: 'cost', was: '1', is: '7' }, { path: 'definition' }] },
      { tool: 'zweiter', change: 'added', members: [] },
    ]);
    expect(diff.plan.policy.map(({ path }) => path)).toEqual(expect.arrayContaining(['budgets.overall.high', 'name']));
    expect(diff.plan.plan).toEqual([]);
    expect(diff.source.map(({ path }) => path)).toEqual(['files', 'subject.digest', 'treeDigest']);
    expect(diff.worse).toBe(true);
  });
});

describe('compareEvidence', () => {
  it('tells each finding, and each outcome, in one line', async () => {
    const again = await scanOf({ 'a.txt': 'bad one\n', 'b.txt': 'good\n', 'c.txt': 'bad three\n' });
    const { differences } = await compareEvidence(first, again);
    expect(differences.filter(({ kind }) => kind === 'finding').map(({ text }) => text)).toEqual([
      'a.txt:1 finder BAD (high): stands on line 2 in the bundle',
      'b.txt:1 finder BAD (high): the bundle has it, the replay did not find it',
      'c.txt:1 finder BAD (high): the replay found it, the bundle does not have it',
    ]);
    const failing = await scriptedCatalog(mkdtempSync(join(SCRATCH, 'w-')), [finder({ script: 'process.exit(3);' })]);
    const crashed = await compareEvidence(first, await scanOf(FILES, {}, failing));
    expect(crashed.differences.filter(({ kind }) => kind === 'outcome').map(({ text }) => text)).toEqual([
      expect.stringMatching(/^finder: error was null, is \{"cause":"exit-code".*; status was "ran", is "error"$/),
    ]);
  });

  it('names the member in which another document differs', async () => {
    const other = { ...first, summary: { ...first.summary, coverage: { files: 9, givenToCodeScanners: 9 } } };
    const { differences } = await compareEvidence(first, other);
    expect(differences.map(({ text }) => text)).toEqual([
      'summary.json: coverage.files was 2, is 9',
      'summary.json: coverage.givenToCodeScanners was 2, is 9',
    ]);
  });
});
