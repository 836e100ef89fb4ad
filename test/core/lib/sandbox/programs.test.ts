import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SandboxLevel } from '../../../../src/core/lib/sandbox/job.js';
import { openSandbox } from '../../../../src/core/lib/sandbox/open.js';
import { systemProgram } from '../../../../src/core/lib/sandbox/programs.js';
import { runScript } from './contract.js';

const scratch = mkdtempSync(join(tmpdir(), 'programs-test-'));

const SCRIPT = `
const { spawnSync } = require('node:child_process');
const { status, stdout, error } = spawnSync('git', ['--version'], { encoding: 'utf8' });
console.log(JSON.stringify({ status, stdout, error: error?.code }));
`;
const LEVELS: SandboxLevel[] = ['none', 'namespaces', 'bubblewrap'];

describe.skipIf(process.platform !== 'linux' || systemProgram('git') === undefined).each(LEVELS)('%s', (level) => {
  const run = async (programs: readonly 'git'[]) => {
    const sandbox = await openSandbox({ force: level, scratch: mkdtempSync(join(scratch, 'sandbox-')) });
    const world = { sandbox, folder: scratch, orchestrator: '' };
    const { stdout } = await runScript(world, SCRIPT, { programs, env: { PATH: '/sandbox' } });
    return JSON.parse(stdout);
  };

  it('finds no host program that the job does not name', async () => {
    expect(await run([])).toMatchObject({ status: null, error: 'ENOENT' });
  });

  it('finds one that it names', async () => {
    expect(await run(['git'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^git version /) });
  });
});
