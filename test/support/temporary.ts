import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One folder for all temporary files of a run of the tests: vitest runs no `afterAll` that a running test adds. */
export default function temporary(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'security-scan-test-'));
  // As the system's: jobs of other users start from here.
  chmodSync(folder, 0o1777);
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
