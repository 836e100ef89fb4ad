import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Catalog } from '../../../src/core/plan/catalog.js';
import { workersIn } from '../../../src/core/runtime/stage.js';
import { builtCatalog } from '../../support/catalog.js';

let folder: string;
let catalog: Catalog;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stage-'));
  catalog = { ...(await builtCatalog()), workers: join(folder, 'package') };
  for (const name of ['reader', 'ruff'])
    cpSync(join('dist/workers', name), join(catalog.workers, name), { recursive: true });
});
const staged = (sandboxed = true) => workersIn(join(folder, 'workers'), catalog, sandboxed);

describe('workers that are not those of the lock', () => {
  it.each(['worker.mjs', 'ruff_wasm.js'])('such as one with another %s are told, each time', async (file) => {
    appendFileSync(join(catalog.workers, 'ruff', file), '\n');
    const workers = staged();
    for (let time = 0; time < 2; time += 1)
      await expect(workers.folderOf('ruff')).rejects.toMatchObject({
        code: 'digest',
        message: expect.stringMatching(file),
      });
    await expect(workers.folderOf('reader')).resolves.toBeTruthy();
  });

  it('leave nothing that is still being copied when all is settled', async () => {
    appendFileSync(join(catalog.workers, 'ruff', 'worker.mjs'), '\n');
    const workers = staged();
    workers.begin(['ruff', 'no such worker']);
    await workers.settled();
    rmSync(join(folder, 'workers'), { recursive: true });
    await new Promise(setImmediate);
    expect(existsSync(join(folder, 'workers'))).toBe(false);
  });
});

describe('copies of workers', () => {
  it('are one for all jobs in a sandbox', async () => {
    const workers = staged();
    workers.begin(['reader']);
    expect(await workers.folderOf('reader')).toBe(await workers.folderOf('reader'));
  });

  it('are made and checked anew for each job without one, so that none runs what an earlier one wrote', async () => {
    const workers = staged(false);
    workers.begin(['reader']);
    const first = join(await workers.folderOf('reader'), 'worker.mjs');
    const text = readFileSync(first, 'utf8');
    appendFileSync(first, 'changed();');
    const second = join(await workers.folderOf('reader'), 'worker.mjs');
    expect(readFileSync(second, 'utf8')).toBe(text);
  });
});
