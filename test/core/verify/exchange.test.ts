import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { diffBundles } from '../../../src/core/diff/diff.js';
import { compareEvidence } from '../../../src/core/diff/evidence.js';
import { openBundle } from '../../../src/core/diff/open.js';
import { linesOf, measure, openFolder, textOf } from '../../../src/core/verify/folder.js';
import { problemList } from '../../../src/core/verify/problems.js';
import { verifyFolder } from '../../../src/core/verify/verify.js';
import { temporaryFolder } from '../../support/scan.js';
import { folderCopier, type Scans, scansOf } from '../history/support.js';

const copy = folderCopier();
let scans: Scans;
beforeAll(async () => {
  scans = await scansOf(['one\n', 'two\n']);
}, 60_000);

/** A copy of the first bundle, and what puts another whole and intact bundle in its place. */
function bundles() {
  const [one, two] = scans.results.map(({ bundle }) => join(copy(scans.exportDir), bundle.id));
  const swap = (from = two ?? '') => {
    rmSync(one ?? '', { recursive: true });
    cpSync(from, one ?? '', { recursive: true });
  };
  return { one: one ?? '', two: two ?? '', swap };
}

const CHANGED = /was changed while the bundle was in use/;

describe('a file that changes between two readings', () => {
  const folderWith = async (content: string) => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'x'), content);
    return openFolder(root, problemList());
  };

  it('is noticed by each way of reading it whole', async () => {
    for (const again of [
      (folder: Awaited<ReturnType<typeof folderWith>>) => textOf(folder, 'x', 100),
      async (folder: Awaited<ReturnType<typeof folderWith>>) => {
        for await (const _ of linesOf(folder, 'x'));
      },
    ]) {
      const folder = await folderWith('a\n');
      await measure(folder, 'x');
      writeFileSync(join(folder.root, 'x'), 'b\n');
      await expect(again(folder)).rejects.toThrow(CHANGED);
    }
  });

  it('is the same file when its bytes are', async () => {
    const folder = await folderWith('a\n');
    await measure(folder, 'x');
    writeFileSync(join(folder.root, 'x'), 'a\n');
    expect(await textOf(folder, 'x', 100)).toBe('a\n');
  });
});

describe('another intact bundle in the place of the one that was checked', () => {
  it('is noticed by a check that has begun', async () => {
    const { one, swap } = bundles();
    const problems = problemList();
    const folder = await openFolder(one, problems);
    await measure(folder, 'attestation.intoto.json');
    swap();
    const { intact, problems: found } = await verifyFolder(folder, {}, problems);
    expect(intact).toBe(false);
    expect(found.map(({ reason }) => reason).join('\n')).toMatch(CHANGED);
  });

  it('is noticed by a comparison, also when it was there before too', async () => {
    const { one, two, swap } = bundles();
    const keep = join(temporaryFolder(), 'keep');
    cpSync(one, keep, { recursive: true });
    // First another bundle, which is checked; then the one that the operator meant again.
    swap();
    const { bundle: checked } = await openBundle(one, {});
    const { bundle: beside } = await openBundle(two, {});
    swap(keep);
    if (checked === undefined || beside === undefined) throw new Error('not intact');
    await expect(diffBundles(checked, beside)).rejects.toThrow(CHANGED);
  });

  it('does not change what a replay compares byte for byte', async () => {
    const { one, two, swap } = bundles();
    const { bundle: checked } = await openBundle(one, {});
    const { bundle: beside } = await openBundle(two, {});
    if (checked === undefined || beside === undefined) throw new Error('not intact');
    swap();
    await expect(compareEvidence(checked, beside)).rejects.toThrow(CHANGED);
  });
});
