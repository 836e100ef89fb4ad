import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { historyCommand } from '../../src/cli/commands/history.js';
import { writeKeyPair } from '../../src/core/lib/signing/key-file.js';
import { generateKey } from '../../src/core/lib/signing/keys.js';
import { entryPath, folderCopier, type Scans, scansOf } from '../core/history/support.js';
import { temporaryFolder } from '../support/scan.js';

const FOLDER = temporaryFolder();
const key = generateKey('ed25519');
const copy = folderCopier();
let scans: Scans;
beforeAll(async () => {
  await writeKeyPair(join(FOLDER, 'k'), key, undefined);
  await writeKeyPair(join(FOLDER, 'other'), generateKey('ed25519'), undefined);
  scans = await scansOf(['one\n', 'two\n'], key);
});
afterEach(() => vi.restoreAllMocks());

async function history(...args: string[]): Promise<{ code: number; out: string }> {
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  vi.spyOn(console, 'log').mockImplementation(keep);
  vi.spyOn(console, 'error').mockImplementation(keep);
  let code = -1;
  const command = historyCommand((given) => {
    code = given;
  });
  for (const one of [command, ...command.commands]) one.exitOverride().configureOutput({ writeErr: () => {} });
  await new Command().addCommand(command).parseAsync(['history', ...args], { from: 'user' });
  return { code, out: lines.join('\n') };
}

/** A policy that trusts the key of the scans for one thing. */
function policyWith(role: string): string {
  const path = join(FOLDER, `${role}.json`);
  const publicKey = readFileSync(join(FOLDER, 'k.pub'), 'utf8');
  writeFileSync(
    path,
    JSON.stringify({ schemaVersion: 1, name: 'p', trust: { keys: [{ name: 'k', roles: [role], publicKey }] } }),
  );
  return path;
}

const bundle = (i: number): string => scans.results[i]?.bundle.id ?? '';
const head = (i: number): string => scans.results[i]?.history.head ?? '';

describe('history refuses', () => {
  it.each<[string, () => string[], RegExp]>([
    ['to verify what is not there', () => ['verify', join(FOLDER, 'none')], /is no folder/],
    ['to list a file', () => ['list', join(FOLDER, 'k.pub')], /is no folder/],
    ['a head that is none', () => ['verify', scans.exportDir, '--expect-head', 'x'], /64 lower-case hex digits/],
    ['a private key', () => ['verify', scans.exportDir, '--key', join(FOLDER, 'k.key')], /one PEM block `PUBLIC KEY`/],
    ['to add without a bundle', () => ['add'], /missing required argument/],
    ['to add a file', () => ['add', join(FOLDER, 'k.pub')], /is no folder/],
  ])('%s', async (_, args, message) => {
    await expect(history(...args())).rejects.toThrow(message);
  });
});

describe('history verify', () => {
  it('ends with 0, says how many runs are intact, and prints the head', async () => {
    const { code, out } = await history(
      'verify',
      scans.exportDir,
      '--key',
      join(FOLDER, 'k.pub'),
      '--expect-head',
      head(0),
    );
    expect([code, out]).toEqual([
      0,
      `${scans.exportDir}: history intact\n  2 of 2 runs intact; 0 of 0 approvals intact\n  head ${head(1)} (2 entries)`,
    ]);
  });

  it('ends with 3 for a key that did not sign', async () => {
    const { code, out } = await history('verify', scans.exportDir, '--key', join(FOLDER, 'other.pub'));
    expect([code, out]).toEqual([
      3,
      expect.stringMatching(/NOT INTACT\n {2}0 of 2 runs intact[\s\S]*not signed by a trusted/),
    ]);
  });

  it('ends with 3 for a policy whose keys are not for scans, with 0 for one whose key is', async () => {
    const verify = (role: string) => history('verify', scans.exportDir, '--policy', policyWith(role));
    expect(await verify('approve')).toEqual({ code: 3, out: expect.stringMatching(/not signed by a trusted/) });
    expect(await verify('scan')).toEqual({ code: 0, out: expect.stringContaining('2 of 2 runs intact') });
  });

  it('ends with 3 for a bundle replaced after the kept head, unless --allow-replaced', async () => {
    const exportDir = copy(scans.exportDir);
    rmSync(join(exportDir, bundle(1)), { recursive: true });
    cpSync(join(exportDir, bundle(0)), join(exportDir, bundle(1)), { recursive: true });
    await history('add', join(exportDir, bundle(1)), '--replaces');
    const kept = ['verify', exportDir, '--key', join(FOLDER, 'k.pub'), '--expect-head', head(1)];
    expect(await history(...kept)).toEqual({
      code: 3,
      out: expect.stringMatching(/took the place of another bundle \(entry 3\) after the head that you kept/),
    });
    const told = { code: 0, out: expect.stringContaining('2 of 2 runs intact; 1 replaced by another bundle;') };
    expect(await history(...kept, '--allow-replaced')).toEqual(told);
    expect(await history('verify', exportDir)).toEqual(told);
  });

  it('ends with 3 for a tail that is gone, and tells and then does what a repair does', async () => {
    const exportDir = copy(scans.exportDir);
    rmSync(entryPath(exportDir, 2));
    writeFileSync(join(exportDir, 'history', '.new-0123456789abcdef'), '');
    const told = await history('verify', exportDir, '--repair', '--dry-run');
    expect(told.code).toBe(3);
    expect(told.out).toMatch(
      /^would remove history\/\.new-0{0}0123456789abcdef\nwould add .*\n[\s\S]*is not in the history/,
    );
    const done = await history('verify', exportDir, '--repair');
    expect([done.code, done.out]).toEqual([
      0,
      expect.stringMatching(/^remove history\/\.new-.*\nadd .*\n.*history intact/),
    ]);
  });

  it('gives JSON', async () => {
    const { code, out } = await history('verify', scans.exportDir, '--json', '--expect-head', '0'.repeat(64));
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({
      intact: false,
      head: head(1),
      entries: 2,
      repair: null,
      problems: [{ file: 'history', reason: expect.stringContaining('holds no entry 0000') }],
    });
  });

  it('tells of a run that has not ended, and neutralises what a folder is called', async () => {
    const exportDir = copy(scans.exportDir);
    mkdirSync(join(exportDir, '.incomplete', '20260101T000000Z-0123456789abcdef'), { recursive: true });
    mkdirSync(join(exportDir, '\u001b[31mred'));
    const { code, out } = await history('verify', exportDir);
    expect(code).toBe(3);
    expect(out).toMatch(/run 20260101T000000Z-0123456789abcdef has not ended, or was killed; it left no log/);
    expect(out).toContain('\\u{1b}[31mred: has a name that no bundle has');
  });
});

describe('history list', () => {
  it('prints each entry, and the head', async () => {
    const { code, out } = await history('list', scans.exportDir);
    expect(code).toBe(0);
    expect(out).toMatch(
      new RegExp(`^1 +run +${bundle(0)} +\\S+ +fail\n2 +run +${bundle(1)} +\\S+ +fail\nhead ${head(1)}$`),
    );
  });

  it('ends with 3 when the chain does not hold', async () => {
    const exportDir = copy(scans.exportDir);
    rmSync(entryPath(exportDir, 1));
    const { code, out } = await history('list', exportDir);
    expect([code, out]).toEqual([3, expect.stringMatching(/00000001\.json: is missing/)]);
    expect(JSON.parse((await history('list', scans.exportDir, '--json')).out)).toHaveLength(2);
  });
});

describe('history add', () => {
  it('adds a bundle from elsewhere once, and prints the head', async () => {
    const elsewhere = temporaryFolder();
    cpSync(join(scans.exportDir, bundle(0)), join(elsewhere, 'x'), { recursive: true });
    const first = await history('add', join(elsewhere, 'x'), '--export-dir', elsewhere);
    expect([first.code, first.out]).toEqual([0, expect.stringMatching(/^added run \S+ of x\nhead [0-9a-f]{64}$/)]);
    expect((await history('add', join(elsewhere, 'x'))).out).toMatch(/^the history has all of x\nhead /);
  });
});
