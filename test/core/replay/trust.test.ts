import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScanRequest } from '../../../src/core/scan-request.js';
import { builtCatalog } from '../../support/catalog.js';
import { commitAll } from '../../support/cli.js';
import { scanWith, temporaryFolder } from '../../support/scan.js';
import { alice, fileOf, waived } from '../waivers/support.js';
import { replayWith } from './support.js';

const SCRATCH = temporaryFolder();
const catalog = await builtCatalog();

const publicPem = alice.public.export({ type: 'spki', format: 'pem' }).toString();
const POLICY = JSON.stringify({
  schemaVersion: 1,
  name: 'ours',
  tools: { require: ['ruff'] },
  trust: { keys: [{ name: 'Alice', roles: ['waive'], publicKey: publicPem }] },
});

/** A repository whose main branch has rules, and a branch of it that edits them; scanned under those of main. */
async function underRules(more: Partial<ScanRequest>) {
  const source = mkdtempSync(join(SCRATCH, 's-'));
  mkdirSync(join(source, '.security-scan'));
  writeFileSync(join(source, '.security-scan', 'policy.yaml'), POLICY);
  writeFileSync(join(source, 'a.py'), 'import subprocess\nsubprocess.call(input(), shell=True)\n');
  const base = commitAll(source);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: source, stdio: 'pipe' });
  git('checkout', '--quiet', '-b', 'topic');
  writeFileSync(join(source, '.security-scan', 'policy.yaml'), 'schemaVersion: 1\nname: lax\nbudgets: {}\n');
  const commit = commitAll(source);
  const exportDir = mkdtempSync(join(SCRATCH, 'o-'));
  const request = { source, exportDir, profile: 'smoke', ...more };
  const { bundle, evidence } = await scanWith(catalog, {
    ...request,
    ...(more.policyFrom === 'HASH' && { policyFrom: base }),
  });
  return { source, base, commit, git, bundle: bundle.folder, evidence };
}

const AGREES = { result: 'agrees', verdict: 'fail', replayed: 'fail', differences: [], notes: [] };

describe('a run under the rules of a commit', () => {
  it('agrees, also when the branch that was named has moved on', async () => {
    const made = await underRules({ policyFrom: 'main' });
    expect(made.evidence.plan).toMatchObject({ policy: { name: 'ours' }, base: { ref: 'main', authenticated: null } });
    made.git('branch', '--force', 'main', 'topic');
    expect(await replayWith(made.bundle, { source: made.source }, catalog)).toEqual(AGREES);
  });

  it('agrees when the full id was given, and needs that commit', async () => {
    const made = await underRules({ policyFrom: 'HASH' });
    expect(made.evidence.plan.base?.authenticated).toBe('commit');
    expect(await replayWith(made.bundle, { source: made.source }, catalog)).toEqual(AGREES);
    const without = mkdtempSync(join(SCRATCH, 'n-'));
    cpSync(made.source, without, {
      recursive: true,
      filter: (path) => !path.includes('/.git/') && !path.endsWith('/.git'),
    });
    commitAll(without);
    const outcome = await replayWith(made.bundle, { source: without }, catalog).catch((error: unknown) => error);
    expect(Object(outcome).result).not.toBe('agrees');
  });
});

describe('a run with waivers', () => {
  it('agrees on its day, with the waivers of the bundle and the keys of its policy', async () => {
    const source = mkdtempSync(join(SCRATCH, 's-'));
    writeFileSync(join(source, 'a.py'), 'import subprocess\nsubprocess.call(input(), shell=True)\n');
    commitAll(source);
    const waivers = fileOf(waived({ rule: { tool: 'ruff', rule: 'S602', path: 'a.py' } }));
    const request = {
      source,
      exportDir: mkdtempSync(join(SCRATCH, 'o-')),
      profile: 'smoke',
      policy: { file: '/proc/none/policy.yaml', text: POLICY },
      waivers: { ...waivers, file: '/proc/none/waivers.yaml' },
      asOf: '2026-06-15',
    };
    const { bundle, evidence } = await scanWith(catalog, request);
    expect(evidence.waivers?.states).toMatchObject([{ id: 'one', state: 'used', findings: 1 }]);
    expect(await replayWith(bundle.folder, { source }, catalog)).toEqual({
      ...AGREES,
      verdict: 'pass',
      replayed: 'pass',
    });
  });
});
