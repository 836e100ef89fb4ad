import { existsSync, mkdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addBundle, placeOfBundle } from '../../../src/core/history/add.js';
import { bundleNames } from '../../../src/core/history/lacking.js';
import { verifyHistory } from '../../../src/core/history/verify.js';
import type { ScanRequest } from '../../../src/core/scan-request.js';
import { scriptedCatalog } from '../../support/catalog.js';
import { smallSource } from '../../support/faults.js';
import { SOUND } from '../../support/reports.js';
import { scanWith } from '../../support/scan.js';

/** Scans of one small source into one export folder; `change` may write another content first. */
async function scanner() {
  const { folder, source, exportDir } = smallSource();
  const catalog = await scriptedCatalog(folder, [{ id: 'sound', script: SOUND }]);
  const scanIt = (more: Partial<ScanRequest> = {}) =>
    scanWith(catalog, { source, exportDir, profile: 'scripted', ...more });
  return { source, exportDir, scanIt };
}

describe('a scan', () => {
  it('whose history cannot be written says that the bundle stands, and its run can be added', async () => {
    const { exportDir, scanIt } = await scanner();
    mkdirSync(exportDir);
    writeFileSync(join(exportDir, 'history'), '');
    const message = /the bundle \S+ stands, but the history beside it lacks its run \S+: .*history is no folder/;
    await expect(scanIt()).rejects.toThrow(message);
    expect(existsSync(join(exportDir, 'latest'))).toBe(false);
    rmSync(join(exportDir, 'history'));
    const [id = ''] = await bundleNames(exportDir);
    expect(await verifyHistory(exportDir)).toMatchObject({ intact: false, lacking: [{ bundle: id, kind: 'run' }] });
    await addBundle(await placeOfBundle(join(exportDir, id), exportDir));
    expect(await verifyHistory(exportDir)).toMatchObject({ intact: true, runs: { named: 1, intact: 1 } });
  });

  it('that replaces a bundle says so in the history', async () => {
    const { source, exportDir, scanIt } = await scanner();
    await scanIt({ bundleId: 'mine' });
    writeFileSync(join(source, 'a.txt'), 'other\n');
    const { bundle, history } = await scanIt({ bundleId: 'mine', replace: true });
    expect([bundle.how, history.seq]).toEqual(['replaced', 2]);
    expect(await verifyHistory(exportDir)).toMatchObject({ intact: true, runs: { named: 1, intact: 1, replaced: 1 } });
  });

  it('at the same time as another gets a place of its own', async () => {
    const { exportDir, scanIt } = await scanner();
    const results = await Promise.all([scanIt(), scanIt(), scanIt()]);
    expect(results.map(({ history }) => history.seq).sort()).toEqual([1, 2, 3]);
    const last = results.find(({ history }) => history.seq === 3)?.history.head;
    expect(await verifyHistory(exportDir)).toMatchObject({ intact: true, head: last, runs: { named: 3, intact: 3 } });
    expect(readlinkSync(join(exportDir, 'latest'))).toBe(results[0]?.bundle.id);
  });
});
