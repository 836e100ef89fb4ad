import { appendFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/core/plan/catalog.js';
import { scriptedCatalog } from '../support/catalog.js';
import { expectFault, type FaultRun, outcomeOf, smallSource } from '../support/faults.js';
import { SOUND } from '../support/reports.js';
import { scanWith } from '../support/scan.js';

/** Runs a tool beside a sound one after `tamper` had its way with the built workers. */
async function tampered(tamper: (catalog: Catalog) => void): Promise<FaultRun & { exportDir: string }> {
  const { folder, source, exportDir } = smallSource();
  const catalog = await scriptedCatalog(folder, [
    { id: 'victim', script: SOUND },
    { id: 'sound', script: SOUND },
  ]);
  tamper(catalog);
  const result = await scanWith(catalog, { source, exportDir, profile: 'scripted' });
  return { result, of: (tool) => outcomeOf(result, tool), exportDir };
}

const worker = ({ workers }: Catalog, name = 'victim') => join(workers, name, 'worker.mjs');

describe('the files of a tool', () => {
  it('that are missing end the step, not the run', async () => {
    const run = await tampered((catalog) => rmSync(worker(catalog)));
    expectFault(run, 'victim', 'missing', /victim\/worker\.mjs is missing/);
  });

  it('with one byte more than the lock says are not run', async () => {
    const run = await tampered((catalog) => appendFileSync(worker(catalog), ' '));
    expectFault(run, 'victim', 'digest', /has sha256 [0-9a-f]{64}, the lock says [0-9a-f]{64}/);
  });

  it('that became a link are not run, even to the same bytes', async () => {
    const run = await tampered((catalog) => {
      rmSync(worker(catalog));
      symlinkSync(worker(catalog, 'sound'), worker(catalog));
    });
    expectFault(run, 'victim', 'digest', /not a plain file/);
  });

  it('that the lock does not name are not handed to the tool', async () => {
    const run = await tampered((catalog) => writeFileSync(join(catalog.workers, 'victim', 'extra.mjs'), 'x'));
    expect(run.of('victim')).toMatchObject({ status: 'findings', findings: 1 });
  });

  it('of the report reader that changed make each step an error', async () => {
    const { result } = await tampered((catalog) => appendFileSync(worker(catalog, 'reader'), ' '));
    expect(result.evidence.verdict.verdict).toBe('error');
    expect(result.evidence.outcomes.map(({ error }) => error?.cause)).toEqual(['digest', 'digest']);
  });

  it('of the snapshot worker that changed leave no bundle', async () => {
    const { folder, source, exportDir } = smallSource();
    const catalog = await scriptedCatalog(folder, [{ id: 'sound', script: SOUND }]);
    appendFileSync(worker(catalog, 'snapshot'), ' ');
    const done = scanWith(catalog, { source, exportDir, profile: 'scripted' });
    await expect(done).rejects.toMatchObject({
      name: 'Fault',
      code: 'digest',
      remedy: expect.stringMatching(/Install/),
    });
    expect(readdirSync(exportDir)).toEqual(['.incomplete']);
    expect(readdirSync(join(exportDir, '.incomplete'))).toEqual([]);
  });
});
