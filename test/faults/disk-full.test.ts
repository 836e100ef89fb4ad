import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { scriptedCatalog } from '../support/catalog.js';
import { buildOrchestrator, scanInChild } from '../support/child.js';
import { smallSource } from '../support/faults.js';
import { findingLine, leaves, reportText, SOUND } from '../support/reports.js';
import { scanWith, temporaryFolder } from '../support/scan.js';

const many = leaves(reportText(Array.from({ length: 20_000 }, (_, i) => findingLine({ message: `number ${i}` }))));

function mount(folder: string, size: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=1777`, 'tmpfs', folder], { stdio: 'ignore' });
}

function unmount(folder: string): void {
  execFileSync('umount', ['-l', folder]);
}

function mayMount(): boolean {
  const folder = temporaryFolder();
  try {
    mount(folder, '64k');
  } catch {
    return false;
  }
  unmount(folder);
  return true;
}

/** A disk of its own, until the test ends. */
function smallDisk(size: string): string {
  const folder = temporaryFolder();
  mount(folder, size);
  onTestFinished(() => unmount(folder));
  return folder;
}

describe.skipIf(!mayMount())('a full disk (needs the right to mount a tmpfs; skipped without it)', () => {
  let orchestrator: string;
  beforeAll(async () => {
    orchestrator = await buildOrchestrator(temporaryFolder());
  });

  it('of the export folder leaves no bundle, says so, and leaves what stood there', async () => {
    const { folder, source } = smallSource();
    const exportDir = smallDisk('1m');
    const request = { source, exportDir, profile: 'scripted' };
    const first = await scanWith(await scriptedCatalog(folder, [{ id: 'one', script: SOUND }]), request);
    const full = scanWith(await scriptedCatalog(folder, [{ id: 'one', script: many }]), { ...request, source });
    await expect(full).rejects.toMatchObject({
      name: 'Fault',
      code: 'disk',
      message: expect.stringContaining(
        `no space left on the disk of the export folder ${exportDir}; no bundle was made`,
      ),
      remedy: expect.stringMatching(/Make room/),
    });
    expect(readdirSync(exportDir).sort()).toEqual(['.incomplete', first.bundle.id, 'history', 'latest'].sort());
    expect(readdirSync(join(exportDir, '.incomplete'))).toEqual([]);
    expect(readlinkSync(join(exportDir, 'latest'))).toBe(first.bundle.id);
  });

  it('of the export folder from the start is named', async () => {
    const { folder, source } = smallSource();
    const exportDir = smallDisk('4k');
    const run = scanWith(await scriptedCatalog(folder, [{ id: 'one', script: SOUND }]), {
      source,
      exportDir,
      profile: 'scripted',
    });
    await expect(run).rejects.toMatchObject({
      name: 'Fault',
      code: 'disk',
      message: expect.stringContaining('the export folder'),
    });
  });

  it.each([
    ['the copy of the source', '2m', 4_000_000, SOUND],
    ['what the steps need', '5m', 3_800_000, many],
  ])(
    'of the temporary folder, when it is too small for %s, leaves no bundle and names it',
    async (_, size, bytes, script) => {
      const { folder, source, exportDir } = smallSource();
      mkdirSync(join(source, 'big'));
      writeFileSync(join(source, 'big', 'b.txt'), Buffer.alloc(bytes, 'line\n'));
      const TMPDIR = smallDisk(size);
      const scripted = { folder, tools: [{ id: 'one', script }] };
      const answer = await scanInChild(
        orchestrator,
        { request: { source, exportDir, profile: 'scripted' }, scripted },
        { env: { TMPDIR } },
      );
      expect(answer).toMatchObject({
        error: { name: 'Fault disk', message: expect.stringContaining(`the temporary folder ${TMPDIR}`) },
      });
      expect(readdirSync(exportDir)).toEqual(['.incomplete']);
      expect(readdirSync(TMPDIR)).toEqual([]);
      expect(lstatSync(join(exportDir, '.incomplete')).isDirectory()).toBe(true);
    },
  );
});
