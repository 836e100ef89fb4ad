import { spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SandboxLevel } from '../../../../src/core/lib/sandbox/job.js';
import { openSandbox } from '../../../../src/core/lib/sandbox/open.js';
import { systemProgram } from '../../../../src/core/lib/sandbox/programs.js';
import { CASES } from './suite.js';

const isRoot = process.geteuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
const bundle = (name: string) => join(folder, `${name}.mjs`);

/** Any uid that is neither root nor one the sandbox hands out. */
const ORDINARY = 12345;

const users = isRoot
  ? [
      { name: 'root', uid: 0 },
      { name: 'an ordinary user', uid: ORDINARY },
    ]
  : [{ name: 'this user', uid: process.geteuid?.() ?? 0 }];
const levels: SandboxLevel[] = ['bubblewrap', 'namespaces'];

chmodSync(folder, 0o755);
const working = process.platform === 'linux' ? await workingLevels() : [];

beforeAll(async () => {
  for (const name of ['suite-main', 'orchestrator']) {
    await build({
      entryPoints: [join(import.meta.dirname, `${name}.ts`)],
      outfile: bundle(name),
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
  }
});

for (const level of levels) {
  for (const user of users) {
    const reason = working.includes(level) ? '' : ' (skipped: this host cannot make it, see `security-scan doctor`)';
    describe.skipIf(reason !== '')(`${level} as ${user.name}${reason}`, () => {
      let results: Record<string, string | null> = {};
      beforeAll(async () => {
        results = await runAs(level, user.uid);
      });
      it.each(CASES.map(({ name }) => name))('%s', (name) => {
        expect(results[name]).toBeNull();
      });
    });
  }
}

async function workingLevels(): Promise<SandboxLevel[]> {
  const found: SandboxLevel[] = [];
  for (const level of levels) {
    await openSandbox({ force: level, scratch: folder }).then(
      () => found.push(level),
      () => {},
    );
  }
  return found;
}

/** Runs the suite in a process of that uid. */
async function runAs(level: SandboxLevel, uid: number): Promise<Record<string, string | null>> {
  const place = join(folder, `${level}-${uid}`);
  mkdirSync(place, { mode: 0o700 });
  if (isRoot) chownSync(place, uid, uid);
  const command = [process.execPath, bundle('suite-main'), level, place, bundle('orchestrator')];
  const asUser =
    isRoot && uid !== 0
      ? [systemProgram('setpriv') ?? '', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', ...command]
      : command;
  const [program = '', ...args] = asUser;
  const code = await new Promise((resolve) =>
    spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] }).on('close', resolve),
  );
  expect(code).toBe(0);
  return JSON.parse(readFileSync(join(place, 'results.json'), 'utf8'));
}
