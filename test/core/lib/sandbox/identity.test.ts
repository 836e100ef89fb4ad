import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSandbox } from '../../../../src/core/lib/sandbox/open.js';
import { scriptJob } from './contract.js';

const scratch = mkdtempSync(join(tmpdir(), 'identity-test-'));

describe('jobs of two sandboxes of one process', () => {
  it('do not count against one another', async () => {
    const sandboxes = await Promise.all([1, 2].map(() => openSandbox({ scratch })));
    // A Node process has about ten threads: one fits, two under one uid abort.
    const job = (id: string) => scriptJob(scratch, 'setTimeout(() => {}, 1500)', { id, limits: { pids: 12 } });
    const ends = sandboxes.flatMap((sandbox, index) =>
      ['a', 'b'].map(async (id) => (await sandbox.run(job(`${id}${index}`), new AbortController().signal)).end),
    );
    expect(await Promise.all(ends)).toEqual(Array(4).fill({ kind: 'exited', exitCode: 0 }));
  });
});
