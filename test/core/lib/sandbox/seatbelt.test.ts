import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSandbox } from '../../../../src/core/lib/sandbox/open.js';

describe.skipIf(process.platform !== 'darwin')('seatbelt (skipped: needs macOS)', () => {
  it('runs a probe job', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'seatbelt-test-'));
    expect((await openSandbox({ force: 'seatbelt', scratch })).level).toBe('seatbelt');
  });
});
