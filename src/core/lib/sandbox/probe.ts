import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeEnd } from './describe-end.js';
import type { Job, Sandbox } from './job.js';

/**
 * Run inside a jail before it is trusted: it must hold. Each answer names what was open.
 * `/usr/bin` and `/etc` stand for all of the host that is not mounted.
 */
const PROBE = `
const fs = require('node:fs');
const open = ['/etc/passwd', '/root', '/home', '/usr/bin', '/host'].filter((path) => fs.existsSync(path));
for (const path of ['/x', '/dev/x', '/sandbox/x', '/usr/lib/x']) {
  try { fs.writeFileSync(path, ''); open.push('write ' + path); } catch {}
}
fs.writeFileSync('/tmp/x', '');
process.stdout.write(open.join(', '));
`;

const MIB = 1 << 20;

/** Why the level does not hold here, or undefined. `walls` is false for levels without a mount view of their own. */
export async function probeSandbox(
  sandbox: Pick<Sandbox, 'run'>,
  scratch: string,
  walls: boolean,
): Promise<string | undefined> {
  const folder = mkdtempSync(join(scratch, 'probe-'));
  try {
    const job = probeJob(folder, walls ? PROBE : '');
    const { end } = await sandbox.run(job, new AbortController().signal);
    const [stdout, stderr] = [job.stdout, job.stderr].map((path) => readFileSync(path, 'utf8'));
    if (end.kind === 'exited' && end.exitCode === 0) return stdout === '' ? undefined : `not closed: ${stdout}`;
    return `${describeEnd(end)}${stderr ? `: ${stderr.trim().split('\n').at(-1)}` : ''}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function probeJob(folder: string, script: string): Job {
  return {
    id: 'probe',
    substrate: 'node',
    args: ['-e', script],
    env: {},
    mounts: [],
    cwd: '/',
    limits: {
      memoryBytes: 512 * MIB,
      cpuSeconds: 10,
      wallSeconds: 20,
      pids: 64,
      outputBytes: MIB,
      logBytes: MIB,
      tmpBytes: MIB,
    },
    stdout: join(folder, 'stdout'),
    stderr: join(folder, 'stderr'),
  };
}
