import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { approveCommand } from '../../src/cli/commands/approve.js';
import { writeKeyPair } from '../../src/core/lib/signing/key-file.js';
import { generateKey } from '../../src/core/lib/signing/keys.js';
import { folderCopier, type Scans, scansOf } from '../core/history/support.js';
import { runCommand } from '../support/command.js';
import { temporaryFolder } from '../support/scan.js';

const FOLDER = temporaryFolder();
const scanKey = generateKey('ed25519');
const key = generateKey('ed25519');
const copy = folderCopier();
let scans: Scans;
beforeAll(async () => {
  await writeKeyPair(join(FOLDER, 'scan'), scanKey, undefined);
  await writeKeyPair(join(FOLDER, 'ada'), key, 'password');
  scans = await scansOf(['one\n'], scanKey);
});
afterEach(() => vi.restoreAllMocks());

const approve = (...args: string[]) => runCommand(approveCommand, args);

const fresh = (): string => join(copy(scans.exportDir), scans.results[0]?.bundle.id ?? '');
const ADA = ['--key', join(FOLDER, 'ada.key'), '--key-password', 'env:ADA_PASSWORD'];

describe('approve refuses', () => {
  it.each<[string, () => string[], RegExp]>([
    ['without a key', () => [fresh()], /name your key with --key, or sign in your identity with --keyless/],
    ['a public key', () => [fresh(), '--key', join(FOLDER, 'scan.pub')], /one PEM block/],
    ['a password that is not there', () => [fresh(), ...ADA], /env:ADA_PASSWORD is not set/],
    ['what is no bundle', () => [join(FOLDER, 'none'), '--key', join(FOLDER, 'scan.key')], /is not there/],
    [
      'a comment that is a book',
      () => [fresh(), '--key', join(FOLDER, 'scan.key'), '--comment', 'x'.repeat(2001)],
      /more than 2000 characters/,
    ],
    [
      'a bundle that another key signed',
      () => [fresh(), '--key', join(FOLDER, 'scan.key'), '--signed-by', otherKey()],
      /is not intact, and is not approved[\s\S]*not signed by a trusted key/,
    ],
  ])('%s', async (_, args, message) => {
    await expect(approve(...args())).rejects.toThrow(message);
  });

  it('a bundle that is not intact', async () => {
    const bundle = fresh();
    rmSync(join(bundle, 'summary.json'));
    await expect(approve(bundle, '--key', join(FOLDER, 'scan.key'))).rejects.toThrow(
      /summary\.json: .*is missing|cannot be opened/,
    );
  });
});

function otherKey(): string {
  const pem = generateKey('ed25519').public.export({ type: 'spki', format: 'pem' });
  writeFileSync(join(FOLDER, 'other.pub'), pem);
  return join(FOLDER, 'other.pub');
}

describe('approve', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('signs with an encrypted key, says what, and a second time says so', async () => {
    vi.stubEnv('ADA_PASSWORD', 'password');
    const bundle = fresh();
    const args = [bundle, ...ADA, '--comment', 'seen', '--signed-by', join(FOLDER, 'scan.pub')];
    const { code, out } = await approve(...args);
    const file = `approvals/${key.shortId}.intoto.json`;
    expect([code, out]).toEqual([0, `${scans.results[0]?.bundle.id}: approved by ${key.keyid}, verdict fail: ${file}`]);
    expect(readFileSync(join(bundle, file), 'utf8')).toContain('"comment":"seen"');
    expect((await approve(...args)).out).toContain('was approved before by');
  });

  it('tells whoever signed the scan that it needs another', async () => {
    const { code, out } = await approve(fresh(), '--key', join(FOLDER, 'scan.key'));
    expect([code, out]).toEqual([0, expect.stringContaining('needs another approver beside you')]);
  });
});
