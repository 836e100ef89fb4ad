import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../src/core/bundle/documents.js';
import type { BundleFolder } from '../../../src/core/verify/folder.js';
import { problemList } from '../../../src/core/verify/problems.js';
import { checkRuns } from '../../../src/core/verify/runs.js';
import { checkSignatures } from '../../../src/core/verify/signatures.js';
import { temporaryFolder } from '../../support/scan.js';

const RUN = 'runs/20260101T000000Z-0123456789abcdef';

/** A listing alone: that of a hostile bundle, as long as `verify` takes it. */
const folderOf = (files: string[]): BundleFolder => ({ root: temporaryFolder(), files, measured: new Map() });

/** Seconds. With one comparison for each pair of names it would be far more than any machine's delays. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

describe('time grows with the number of files, not with its square', () => {
  it('for signatures of very many statements', async () => {
    const names = Array.from({ length: 8000 }, (_, i) => `s${i}`);
    const folder = folderOf(names.map((name) => `signatures/x${name}.01234567.sigstore.json`));
    const statements = names.map((name) => `attestations/${name}.intoto.json`);
    const problems = problemList();
    expect(await timed(() => checkSignatures(folder, statements, { keys: [] }, true, problems))).toBeLessThan(3);
    expect(problems.count()).toBe(16_000);
  });

  it('for one record of very many files', async () => {
    const folder = folderOf(Array.from({ length: 40_000 }, (_, i) => `${RUN}/${i}`));
    const given = { indexSha256: '', evidence: Object.create(null) as Evidence, minSandbox: 'none' } as const;
    const problems = problemList();
    expect(await timed(() => checkRuns(folder, given, problems))).toBeLessThan(3);
    expect(problems.all().map(({ file }) => file)).toContain(`${RUN}/run.intoto.json`);
  });
});
