import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/lib/digest.js';
import { generateKey } from '../../../src/core/lib/signing/keys.js';
import { fullyTrusted } from '../../../src/core/policy/trusted-keys.js';
import type { ScanRequest } from '../../../src/core/scan-request.js';
import { builtCatalog } from '../../support/catalog.js';
import { commitAll } from '../../support/cli.js';
import { scanWith, temporaryFolder } from '../../support/scan.js';
import { alice, fileOf, waived } from '../waivers/support.js';
import { replayWith } from './support.js';

const SCRATCH = temporaryFolder();
const scanKey = generateKey('ed25519');
const keys = [fullyTrusted(scanKey, 'ci')];
const catalog = await builtCatalog();

const publicPem = alice.public.export({ type: 'spki', format: 'pem' }).toString();
const POLICY = JSON.stringify({
  schemaVersion: 1,
  name: 'ours',
  tools: { require: ['ruff'] },
  trust: { keys: [{ name: 'Alice', roles: ['waive'], publicKey: publicPem }] },
});

const OTHER_TOOL = readFileSync(new URL('../../../tools/ruff.yaml', import.meta.url), 'utf8').replace(
  /^id: ruff$/m,
  'id: other',
);
const ALLOWS_OTHER = {
  file: '/proc/none/policy.yaml',
  text: JSON.stringify({
    schemaVersion: 1,
    name: 'ours',
    toolchain: { toolFiles: { other: sha256(OTHER_TOOL) } },
  }),
};

/** A repository whose main branch has rules, and a branch of it that edits them; scanned under those of main. */
async function underRules(more: Partial<ScanRequest>, rules: Record<string, string> = { 'policy.yaml': POLICY }) {
  const source = mkdtempSync(join(SCRATCH, 's-'));
  for (const [path, text] of Object.entries(rules)) {
    mkdirSync(join(source, '.security-scan', dirname(path)), { recursive: true });
    writeFileSync(join(source, '.security-scan', path), text);
  }
  writeFileSync(join(source, 'a.py'), 'import subprocess\nsubprocess.call(input(), shell=True)\n');
  const base = commitAll(source);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: source, stdio: 'pipe' });
  git('checkout', '--quiet', '-b', 'topic');
  writeFileSync(join(source, '.security-scan', 'policy.yaml'), 'schemaVersion: 1\nname: lax\nbudgets: {}\n');
  const commit = commitAll(source);
  const exportDir = mkdtempSync(join(SCRATCH, 'o-'));
  const request = { source, exportDir, profile: 'smoke', signKeys: [scanKey], ...more };
  const { bundle, evidence } = await scanWith(catalog, {
    ...request,
    ...(more.policyFrom === 'HASH' && { policyFrom: base }),
  });
  return { source, base, commit, git, bundle: bundle.folder, evidence };
}

const AGREES = { result: 'agrees', verdict: 'fail', replayed: 'fail', differences: [], notes: [] };

describe('the rules of a commit that nobody trusted named are refused', () => {
  const refused = (path: string) => ({
    result: 'not-replayable',
    reasons: [{ message: expect.stringContaining(`the bundle itself says that ${path}`), remedy: expect.any(String) }],
  });

  it('whether they are a policy or tool files', async () => {
    const policy = await underRules({ policyFrom: 'HASH' });
    expect(await replayWith(policy.bundle, { source: policy.source }, catalog)).toMatchObject(
      refused('.security-scan/policy.yaml of'),
    );
    const tools = await underRules({ policyFrom: 'main', policy: ALLOWS_OTHER }, { 'tools/other.yaml': OTHER_TOOL });
    expect(tools.evidence.plan.base?.took).toEqual(['.security-scan/tools/other.yaml']);
    expect(await replayWith(tools.bundle, { source: tools.source }, catalog)).toMatchObject(
      refused('.security-scan/tools/other.yaml of'),
    );
  });

  it('also when the operator gives another policy, and not when he gives that very one', async () => {
    const { bundle, source } = await underRules({ policyFrom: 'HASH' });
    const other = { file: '/proc/none/policy.yaml', text: 'schemaVersion: 1\nname: mine\n' };
    expect(await replayWith(bundle, { source, policy: other }, catalog)).toMatchObject(
      refused('.security-scan/policy.yaml of'),
    );
    expect(await replayWith(bundle, { source, policy: { ...other, text: POLICY } }, catalog)).toEqual(AGREES);
  });
});

describe('a run under the rules of a commit', () => {
  it('agrees, also when the branch that was named has moved on', async () => {
    const made = await underRules({ policyFrom: 'main' });
    expect(made.evidence.plan).toMatchObject({ policy: { name: 'ours' }, base: { ref: 'main', authenticated: null } });
    made.git('branch', '--force', 'main', 'topic');
    expect(await replayWith(made.bundle, { source: made.source, keys }, catalog)).toEqual(AGREES);
  });

  it('agrees when the full id was given, and needs that commit', async () => {
    const made = await underRules({ policyFrom: 'HASH' });
    expect(made.evidence.plan.base?.authenticated).toBe('commit');
    expect(await replayWith(made.bundle, { source: made.source, keys }, catalog)).toEqual(AGREES);
    const without = mkdtempSync(join(SCRATCH, 'n-'));
    cpSync(made.source, without, {
      recursive: true,
      filter: (path) => !path.includes('/.git/') && !path.endsWith('/.git'),
    });
    commitAll(without);
    const outcome = await replayWith(made.bundle, { source: without, keys }, catalog).catch((error: unknown) => error);
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
