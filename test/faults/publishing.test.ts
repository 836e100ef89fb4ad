import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/core/plan/catalog.js';
import type { ScanRequest } from '../../src/core/scan-request.js';
import { scriptedCatalog } from '../support/catalog.js';
import { smallSource } from '../support/faults.js';
import { findingLine, leaves, reportText, SOUND } from '../support/reports.js';
import { scanWith } from '../support/scan.js';

const other = (message: string): string => leaves(reportText([findingLine({ message })]));

/** Scans into one export folder with whatever tool is given. */
function exportFolder() {
  const { folder, source, exportDir } = smallSource();
  const catalogOf = (script: string) => scriptedCatalog(folder, [{ id: 'one', script }]);
  const scanBy = (catalog: Catalog, more: Partial<ScanRequest> = {}) =>
    scanWith(catalog, { source, exportDir, profile: 'scripted', ...more });
  const run = async (script: string, more: Partial<ScanRequest> = {}) => scanBy(await catalogOf(script), more);
  const visible = () =>
    readdirSync(exportDir)
      .filter((name) => !['.incomplete', 'latest', 'history'].includes(name))
      .sort();
  const runs = (id: string) => readdirSync(join(exportDir, id, 'runs'));
  const latest = () => readlinkSync(join(exportDir, 'latest'));
  return { run, catalogOf, scanBy, visible, runs, latest, exportDir };
}

describe('a bundle', () => {
  it('of the same scan again gets another run record and no other change', async () => {
    const { run, visible, runs } = exportFolder();
    const first = await run(SOUND);
    const index = readFileSync(join(first.bundle.folder, 'bundle.json'));
    const second = await run(SOUND);
    expect(second.bundle).toEqual({ ...first.bundle, how: 'added' });
    expect(visible()).toEqual([first.bundle.id]);
    expect(runs(first.bundle.id)).toHaveLength(2);
    expect(readFileSync(join(first.bundle.folder, 'bundle.json'))).toEqual(index);
  });

  it('with a name that other evidence has goes beside it, and says so', async () => {
    const { run, visible, latest } = exportFolder();
    expect((await run(SOUND, { bundleId: 'mine' })).bundle).toMatchObject({ id: 'mine', how: 'created' });
    expect((await run(other('two'), { bundleId: 'mine' })).bundle).toMatchObject({ id: 'mine~2', how: 'renamed' });
    expect((await run(other('three'), { bundleId: 'mine' })).bundle).toMatchObject({ id: 'mine~3', how: 'renamed' });
    expect((await run(other('two'), { bundleId: 'mine' })).bundle).toMatchObject({ id: 'mine~2', how: 'added' });
    expect(visible()).toEqual(['mine', 'mine~2', 'mine~3']);
    expect(latest()).toBe('mine~2');
  });

  it('replaces another on the operator word alone', async () => {
    const { run, visible, runs } = exportFolder();
    await run(SOUND, { bundleId: 'mine' });
    const { bundle } = await run(other('two'), { bundleId: 'mine', replace: true });
    expect(bundle).toMatchObject({ id: 'mine', how: 'replaced' });
    expect(visible()).toEqual(['mine']);
    expect(runs('mine')).toHaveLength(1);
    expect(readFileSync(join(bundle.folder, 'findings.jsonl'), 'utf8')).toContain('two');
  });

  it('never takes the place of something that is no bundle', async () => {
    const { run, exportDir } = exportFolder();
    mkdirSync(join(exportDir, 'mine'), { recursive: true });
    writeFileSync(join(exportDir, 'mine', 'note.txt'), 'keep');
    writeFileSync(join(exportDir, 'mine~2'), 'keep');
    expect((await run(SOUND, { bundleId: 'mine' })).bundle).toMatchObject({ id: 'mine~3', how: 'renamed' });
    expect(readFileSync(join(exportDir, 'mine', 'note.txt'), 'utf8')).toBe('keep');
  });

  it.each(['../outside', 'a/b', '.incomplete', 'latest', '.', '', '-x', 'x\n', 'x~2', 'history'])(
    'cannot be named %j',
    async (bundleId) => {
      const { run, exportDir } = exportFolder();
      await expect(run(SOUND, { bundleId })).rejects.toMatchObject({ name: 'Refusal', code: 'usage' });
      expect(existsSync(exportDir)).toBe(false);
    },
  );

  it('of two runs at the same time is there once, with both run records', async () => {
    const { catalogOf, scanBy, visible, runs, latest, exportDir } = exportFolder();
    const catalog = await catalogOf(SOUND);
    const results = await Promise.all([scanBy(catalog), scanBy(catalog), scanBy(catalog)]);
    expect(results.map(({ bundle }) => bundle.how).sort()).toEqual(['added', 'added', 'created']);
    expect(visible()).toEqual([latest()]);
    expect(runs(latest())).toHaveLength(3);
    expect(readdirSync(join(exportDir, '.incomplete'))).toEqual([]);
  });

  it('of two different runs at the same time under one name is there twice', async () => {
    const { catalogOf, scanBy, visible } = exportFolder();
    const catalog = await catalogOf(SOUND);
    const results = await Promise.all(
      [{}, { failOn: { low: 0 } }].map((more) => scanBy(catalog, { ...more, bundleId: 'mine' })),
    );
    expect(results.map(({ bundle }) => bundle.id).sort()).toEqual(['mine', 'mine~2']);
    expect(visible()).toEqual(['mine', 'mine~2']);
  });
});
