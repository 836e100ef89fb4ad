import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { verifyCommand } from '../../src/cli/commands/verify.js';
import { approve } from '../../src/core/history/approve.js';
import { writeKeyPair } from '../../src/core/lib/signing/key-file.js';
import { generateKey } from '../../src/core/lib/signing/keys.js';
import { resign, smallBundle } from '../core/verify/support.js';
import { runCommand } from '../support/command.js';
import { temporaryFolder } from '../support/scan.js';

const FOLDER = temporaryFolder();
const key = generateKey('ed25519');
const pub = join(FOLDER, 'k.pub');
let unsigned: string;
let signed: string;

beforeAll(async () => {
  await writeKeyPair(join(FOLDER, 'k'), key, undefined);
  unsigned = await smallBundle();
  signed = join(FOLDER, 'signed');
  cpSync(unsigned, signed, { recursive: true });
  await resign(signed, key);
});
afterEach(() => vi.restoreAllMocks());

function emptyPolicy(): string {
  const file = join(FOLDER, 'empty.yaml');
  writeFileSync(file, '{"schemaVersion":1,"name":"p"}');
  return file;
}

const verify = (...args: string[]) => runCommand(verifyCommand, args);

describe('verify refuses', () => {
  it.each<[string, () => string[], RegExp]>([
    ['a folder that is not there', () => [join(FOLDER, 'none')], /cannot be read \(ENOENT\)/],
    ['a file', () => [pub], /is no folder/],
    ['a folder without a bundle', () => [temporaryFolder()], /holds no bundle/],
    ['a key that is none', () => [signed, '--key', join(signed, 'bundle.json')], /one PEM block/],
    ['a policy without keys', () => [signed, '--policy', emptyPolicy()], /names no key under `trust\.keys`/],
    ['a private key', () => [signed, '--key', join(FOLDER, 'k.key')], /one PEM block `PUBLIC KEY`/],
    ['to demand approvals without a key', () => [signed, '--require-approval'], /no key to check signatures with/],
    ['to demand signatures without a key', () => [signed, '--require-signature'], /no key to check signatures with/],
  ])('%s', async (_, args, message) => {
    await expect(verify(...args())).rejects.toThrow(message);
  });

  it('to run without a bundle', async () => {
    await expect(verify()).rejects.toThrow(/missing required argument/);
  });
});

describe('verify', () => {
  it('ends with 3 and names file and reason', async () => {
    const damaged = join(FOLDER, 'damaged');
    cpSync(signed, damaged, { recursive: true });
    writeFileSync(join(damaged, 'compliance.json'), '{}');
    const { code, out } = await verify(damaged, '--key', pub);
    expect(code).toBe(3);
    expect(out).toMatch(/damaged: NOT INTACT\n {2}compliance\.json: /);
    expect(out).toMatch(/compliance\.json: has 2 bytes, bundle\.json says \d+/);
  });

  it('ends with 3 for a bundle that is not signed by the key', async () => {
    const { code, out } = await verify(unsigned, '--key', pub);
    expect([code, out]).toEqual([
      3,
      expect.stringContaining('attestation.intoto.json: is not signed by a trusted key'),
    ]);
  });

  it('ends with 1 for an intact bundle that does not pass, and says who signed it', async () => {
    const { code, out } = await verify(signed, '--key', pub, '--require-signature');
    expect([code, out]).toEqual([1, `${signed}: intact, verdict fail\n  signed by ${key.keyid}`]);
  });

  it('says what an unsigned bundle proves', async () => {
    const { code, out } = await verify(unsigned);
    expect(code).toBe(1);
    expect(out).toMatch(
      /consistent in itself and no more; whoever can write to the folder can make another such bundle/,
    );
    expect((await verify(signed)).out).toMatch(/scan\.\w{8}\.sigstore\.json: not checked[\s\S]*consistent in itself/);
  });

  it('takes a folder of bundles, passes over links, and ends with the worst', async () => {
    const folder = join(FOLDER, 'results');
    mkdirSync(join(folder, '.incomplete', 'x'), { recursive: true });
    cpSync(unsigned, join(folder, 'a'), { recursive: true });
    symlinkSync('a', join(folder, 'latest'));
    expect((await verify(folder)).code).toBe(1);
    mkdirSync(join(folder, 'b'));
    const { code, out } = await verify(folder, '--json');
    expect(code).toBe(3);
    expect(JSON.parse(out)).toEqual([
      {
        bundle: join(folder, 'a'),
        intact: true,
        verdict: 'fail',
        signedBy: [],
        approvals: [],
        policy: expect.objectContaining({ same: null }),
        waivers: null,
        problems: [],
      },
      expect.objectContaining({ bundle: join(folder, 'b'), intact: false, verdict: null }),
    ]);
  });

  it.each([
    [['scan'], 1, /signed by [\s\S]*it obeyed another policy than the one given: /],
    [['approve', 'manifest'], 3, /attestation\.intoto\.json: is not signed by a trusted key/],
  ])('takes a key of the policy for its roles %j alone', async (roles, expected, message) => {
    const policy = join(FOLDER, `${roles[0]}.yaml`);
    const keys = [{ name: 'k', roles, publicKey: readFileSync(pub, 'utf8') }];
    writeFileSync(policy, JSON.stringify({ schemaVersion: 1, name: 'p', trust: { keys } }));
    const { code, out } = await verify(signed, '--policy', policy);
    expect([code, out]).toEqual([expected, expect.stringMatching(message)]);
  });

  it('demands a sandbox', async () => {
    const bare = join(FOLDER, 'bare');
    cpSync(unsigned, bare, { recursive: true });
    const [run = ''] = readdirSync(join(bare, 'runs'));
    const statement = join(bare, 'runs', run, 'run.intoto.json');
    writeFileSync(statement, readFileSync(statement, 'utf8').replace(/"level":"\w+"/, '"level":"none"'));
    expect((await verify(bare)).code).toBe(1);
    const { code, out } = await verify(bare, '--min-sandbox', 'namespaces');
    expect([code, out]).toEqual([3, expect.stringMatching(/ran in the sandbox `none`, `namespaces` is demanded/)]);
  });

  it('demands approvals by trusted keys, and names who approved', async () => {
    const bundle = join(FOLDER, 'approved');
    cpSync(signed, bundle, { recursive: true });
    const before = await verify(bundle, '--key', pub, '--require-approval');
    expect([before.code, before.out]).toEqual([3, expect.stringMatching(/0 of 1 approvals/)]);
    await approve({ exportDir: FOLDER, id: 'approved' }, { key, comment: null }, () => new Date(0));
    const own = await verify(bundle, '--key', pub, '--require-approval');
    expect([own.code, own.out]).toEqual([3, expect.stringMatching(/cannot be its only approver/)]);
    const other = generateKey('ed25519');
    await writeKeyPair(join(FOLDER, 'other'), other, undefined);
    await approve({ exportDir: FOLDER, id: 'approved' }, { key: other, comment: null }, () => new Date(0));
    const both = await verify(bundle, '--key', pub, '--key', join(FOLDER, 'other.pub'), '--require-approval');
    expect(both.code).toBe(1);
    expect(both.out).toContain(`(${other.keyid}), by their clock 1970-01-01T00:00:00.000Z`);
    expect((await verify(bundle, '--key', pub)).out).toMatch(
      /counts for nothing, who signed it is not trusted to approve/,
    );
  });

  it('holds tools against the lock of this package', async () => {
    const { code, out } = await verify(unsigned, '--locked-tools');
    expect([code, out]).toEqual([3, expect.stringMatching(/which is not in the lock of this package/)]);
  });
});
