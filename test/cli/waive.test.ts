import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { waiveCommand } from '../../src/cli/commands/waive.js';
import { loadPublicKey, writeKeyPair } from '../../src/core/lib/signing/key-file.js';
import { generateKey } from '../../src/core/lib/signing/keys.js';
import { readPolicy } from '../../src/core/policy/default.js';
import { admitWaivers, waiverRules } from '../../src/core/waivers/admit.js';
import { readWaivers } from '../../src/core/waivers/read.js';
import { runCommand } from '../support/command.js';
import { temporaryFolder } from '../support/scan.js';

const FOLDER = temporaryFolder();
const at = (name: string): string => join(FOLDER, name);
const POLICY = at('policy.yaml');
const STRICT = at('strict.yaml');
const AS_OF = ['--as-of', '2026-06-15'];
const AUTHOR = ['--sign-key', at('alice.key')];
const TEXTS = ['--reason', 'Constants alone.', '--risk', 'Small.', '--owner', 'Platform team'];
const REST = ['--status', 'accepted', ...TEXTS, '--follow-up', 'https://tracker.example.org/1'];
const ENTRY = [...REST, '--expires', '2026-07-01', ...AS_OF];
const RULE = ['--tool', 'ruff', '--rule', 'S602', '--path', 'src/**'];

beforeAll(async () => {
  for (const name of ['alice', 'bob']) await writeKeyPair(at(name), generateKey('ed25519'), undefined);
  const key = (name: string, role: string) => ({
    name,
    roles: [role],
    publicKey: readFileSync(at(`${name}.pub`), 'utf8'),
  });
  const policy = {
    schemaVersion: 1,
    name: 'p',
    trust: { keys: [key('alice', 'waive'), key('bob', 'approve-waiver')] },
  };
  writeFileSync(POLICY, JSON.stringify(policy));
  writeFileSync(STRICT, JSON.stringify({ ...policy, waivers: { approval: 'other-key' } }));
});
afterEach(() => vi.restoreAllMocks());

const waive = (...args: string[]) => runCommand(waiveCommand, args);

const admitted = (file: string, policy = POLICY, asOf = '2026-06-15') =>
  admitWaivers(
    readWaivers({ file, text: readFileSync(file) }),
    waiverRules(readPolicy(readFileSync(policy), policy), policy),
    asOf,
  );

describe('waive refuses', () => {
  it.each<[string, string[], RegExp]>([
    ['to go without a key', [...RULE, ...ENTRY], /--sign-key: missing/],
    ['to go without a target', [...ENTRY, ...AUTHOR], /Give --fingerprint, or --tool/],
    ['half a target', ['--tool', 'ruff', ...ENTRY, ...AUTHOR], /--rule: missing[\s\S]*--path: missing/],
    ['a pattern of everything', [...RULE.slice(0, 5), '**', ...ENTRY, ...AUTHOR], /--path: over-broad/],
    ['to go without an end', [...RULE, ...REST, ...AUTHOR], /--expires: missing/],
    ['an end that is no date', [...RULE, ...REST, '--expires', 'never', ...AUTHOR], /--expires: expected a date/],
    ['a day that is none', [...RULE, ...REST, '--as-of', '2026-02-30'], /expected a date/],
    ['another status', [...RULE, '--status', 'wont-fix'], /Allowed choices are accepted/],
    ['to approve and to make at once', ['--approve', 'x', ...RULE], /cannot be used with option/],
    ['to approve where there is nothing', ['--approve', 'x', ...AUTHOR], /is not there/],
    ['to list what is not there', ['--list'], /is not there/],
    [
      'what the policy would',
      [...RULE, ...REST, '--expires', '2027-07-01', ...AUTHOR, ...AS_OF, '--policy', POLICY],
      /--expires: is \d+ days after/,
    ],
    [
      'a key that may not',
      [...RULE, ...ENTRY, '--sign-key', at('bob.key'), '--policy', POLICY],
      /has not the role `waive`/,
    ],
  ])('%s', async (_, args, message) => {
    await expect(waive('--waivers', at('refused.yaml'), ...args)).rejects.toThrow(message);
    expect(existsSync(at('refused.yaml'))).toBe(false);
  });

  it('an id that is taken, and to write into what it cannot read', async () => {
    const file = at('taken.yaml');
    await waive('--waivers', file, ...RULE, ...ENTRY, ...AUTHOR);
    await expect(waive('--waivers', file, ...RULE, ...ENTRY, ...AUTHOR, '--id', 'ruff-s602')).rejects.toThrow(/--id/);
    writeFileSync(file, 'waivers: [1]\n');
    await expect(waive('--waivers', file, ...RULE, ...ENTRY, ...AUTHOR)).rejects.toThrow(/schemaVersion: missing/);
    expect(readFileSync(file, 'utf8')).toBe('waivers: [1]\n');
  });

  it('to approve with the key of the author, twice, or what is not there', async () => {
    const file = at('approve.yaml');
    await waive('--waivers', file, ...RULE, ...ENTRY, ...AUTHOR);
    const approve = (id: string, key: string) =>
      waive('--waivers', file, '--approve', id, '--sign-key', at(key), '--policy', STRICT, ...AS_OF);
    await expect(approve('nothing', 'bob.key')).rejects.toThrow(/no waiver of this id/);
    await expect(approve('ruff-s602', 'alice.key')).rejects.toThrow(/somebody else must approve/);
    await approve('ruff-s602', 'bob.key');
    await expect(approve('ruff-s602', 'bob.key')).rejects.toThrow(/approve\.yaml:\d+:\d+: waivers\[0\]: is approved/);
  });

  it('to approve an entry that was changed after its author signed', async () => {
    const file = at('changed.yaml');
    await waive('--waivers', file, ...RULE, ...ENTRY, ...AUTHOR);
    writeFileSync(file, readFileSync(file, 'utf8').replace('src/**', 'src/**/*'));
    const args = ['--approve', 'ruff-s602', '--sign-key', at('bob.key'), '--policy', POLICY, ...AS_OF];
    await expect(waive('--waivers', file, ...args)).rejects.toThrow(/does not verify with the key of alice/);
  });
});

describe('waive', () => {
  it('makes a file whose entries the policy takes', async () => {
    const file = at('waivers.yaml');
    const { out, code } = await waive('--waivers', file, ...RULE, ...ENTRY, ...AUTHOR, '--policy', POLICY);
    const { keyid } = await loadPublicKey(at('alice.pub'));
    expect(code).toBe(0);
    expect(out).toContain(`waived, signed by ${keyid}`);
    expect(out).toContain('covers   S602 of ruff at src/**');
    const print = ['--fingerprint', 'a'.repeat(64)];
    const flaw = ['--vulnerability', 'CVE-2021-23337', '--purl', 'pkg:npm/lodash'];
    await waive('--waivers', file, ...print, ...ENTRY, ...AUTHOR);
    await waive('--waivers', file, ...flaw, ...ENTRY, ...AUTHOR);
    const again = await waive('--waivers', file, ...flaw, ...ENTRY, ...AUTHOR);
    expect(again.out).toMatch(/not checked against a policy/);
    const ids = ['cve-2021-23337', 'cve-2021-23337-2', `finding-${'a'.repeat(12)}`, 'ruff-s602'];
    expect(admitted(file).entries.map(({ id }) => id)).toEqual(ids);
  });

  it('says when an approval is needed, and gives it', async () => {
    const file = at('two.json');
    const made = await waive('--waivers', file, ...RULE, ...ENTRY, ...AUTHOR, '--policy', STRICT);
    expect(made.out).toMatch(/once it is approved: waive --approve ruff-s602/);
    expect(() => admitted(file, STRICT)).toThrow(/approval by another key/);
    const key = ['--sign-key', at('bob.key')];
    const { out } = await waive('--waivers', file, '--approve', 'ruff-s602', ...key, '--policy', STRICT, ...AS_OF);
    expect(out).toMatch(/^approved, signed by SHA256:[\s\S]*reason {3}Constants alone\./);
    expect(admitted(file, STRICT).entries[0]?.approver?.name).toBe('bob');
  });

  it('lists what is there, what expired and what the policy refuses', async () => {
    const file = at('list.yaml');
    await waive('--waivers', file, ...RULE, ...ENTRY, ...AUTHOR);
    await waive('--waivers', file, ...RULE, ...ENTRY, '--sign-key', at('bob.key'));
    const list = (...args: string[]) => waive('--waivers', file, '--list', ...args);
    expect((await list(...AS_OF)).out).toMatch(/^not checked\n {2}id {7}ruff-s602\n/);
    expect((await list('--as-of', '2026-07-01')).out).toMatch(/^expired\n/);
    const { out, code } = await list('--policy', POLICY, ...AS_OF);
    expect(code).toBe(2);
    expect(out).toMatch(/^counts\n[\s\S]*\nrefused\n[\s\S]*! is by bob, whose key has not the role `waive`/);
  });
});
