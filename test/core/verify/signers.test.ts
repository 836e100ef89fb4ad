import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeSignatures } from '../../../src/core/attest/sign.js';
import { generateKey, type PrivateSigningKey } from '../../../src/core/lib/signing/keys.js';
import { fullyTrusted } from '../../../src/core/policy/trusted-keys.js';
import { verifyBundle } from '../../../src/core/verify/verify.js';
import { scriptedCatalog } from '../../support/catalog.js';
import { smallSource } from '../../support/faults.js';
import { SOUND } from '../../support/reports.js';
import { scanWith } from '../../support/scan.js';
import { copier, edit, recordIn, resign } from './support.js';

const first = generateKey('ed25519');
const second = generateKey('ecdsa-p256');
const third = generateKey('ed25519');
const copyOf = copier();

let both: string;
let other: string;
let later: string;
beforeAll(async () => {
  both = await scanned('one\n', [[first, second]]);
  other = await scanned('two\n', [[first, second]]);
  later = await scanned('one\n', [[first], [second]]);
}, 60_000);

/** The bundle of one source after a run by each set of keys. */
async function scanned(content: string, runs: readonly (readonly PrivateSigningKey[])[]): Promise<string> {
  const { folder, source, exportDir } = smallSource(content);
  const catalog = await scriptedCatalog(folder, [{ id: 'sound', script: SOUND }]);
  const signatureFormats = ['sigstore', 'dsse'] as const;
  const bundles: string[] = [];
  for (const signKeys of runs) {
    const request = { source, exportDir, profile: 'scripted', signKeys, signatureFormats };
    bundles.push((await scanWith(catalog, request)).bundle.folder);
  }
  expect(new Set(bundles).size).toBe(1);
  return bundles[0] ?? '';
}

async function problemsOf(bundle: string, keys: readonly PrivateSigningKey[]): Promise<string> {
  const { intact, problems } = await verifyBundle(bundle, { keys: keys.map((key) => fullyTrusted(key, 'key')) });
  expect(intact).toBe(problems.length === 0);
  return problems.map(({ file, reason }) => `${file}: ${reason}`).join('\n');
}

const signaturesIn = (bundle: string): string[] =>
  readdirSync(bundle, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(sigstore|dsse)\.json$/.test(path))
    .sort();

const remove = (bundle: string, chosen: (path: string) => boolean): void => {
  for (const path of signaturesIn(bundle).filter(chosen)) rmSync(join(bundle, path));
};

const TRUSTED = [[], [first], [second], [first, second]];

/** The run that a key signs; ids of runs of one second are in no order. */
function runOf(bundle: string, { keyid }: { keyid: string }): string {
  const statementOf = (run: string) => readFileSync(join(bundle, 'runs', run, 'run.intoto.json'), 'utf8');
  return readdirSync(join(bundle, 'runs')).find((run) => statementOf(run).includes(keyid)) ?? '';
}

describe('a signature that is taken away is noticed, whoever is trusted', () => {
  it('any one of all', async () => {
    const files = signaturesIn(both);
    expect(files).toHaveLength(16);
    for (const file of files) {
      const bundle = copyOf(both);
      rmSync(join(bundle, file));
      for (const keys of TRUSTED)
        expect([file, await problemsOf(bundle, keys)]).toEqual([
          file,
          expect.stringContaining(`lacks the signature ${file}, by SHA256:`),
        ]);
    }
  });

  it.each<[string, (path: string) => boolean]>([
    ['all of one key', (path) => path.includes(second.shortId)],
    ['all of one form', (path) => path.endsWith('.dsse.json')],
    ['all of the evidence', (path) => path.startsWith('signatures/')],
    ['all of the run', (path) => path.startsWith('runs/')],
    ['all', () => true],
  ])('%s', async (_, chosen) => {
    const bundle = copyOf(both);
    remove(bundle, chosen);
    for (const keys of TRUSTED) expect(await problemsOf(bundle, keys)).toMatch(/lacks the signature|is not signed by/);
    expect(await problemsOf(bundle, [])).toMatch(/lacks the signature/);
  });

  it('with the name of its key, for the statement that names it is signed too', async () => {
    const bundle = copyOf(both);
    remove(bundle, (path) => path.includes(second.shortId));
    edit(bundle, join(recordIn(bundle), 'run.intoto.json'), ({ predicate }) => {
      Object(predicate).signers = [first.keyid];
    });
    expect(await problemsOf(bundle, [first])).toMatch(/is about other bytes than those of .*run\.intoto\.json/);
  });

  it('with the record of the run that names it, but for its signatures', async () => {
    const bundle = copyOf(later);
    const run = runOf(bundle, second);
    rmSync(join(bundle, 'runs', run), { recursive: true });
    for (const keys of TRUSTED)
      expect(await problemsOf(bundle, keys)).toMatch(
        new RegExp(`^signatures/scan\\.${second.shortId}\\.sigstore\\.json: is a signature that no run names$`, 'm'),
      );
  });

  it('from the evidence that two runs signed', async () => {
    const bundle = copyOf(later);
    remove(bundle, (path) => path.startsWith('signatures/vsa.') && path.includes(second.shortId));
    expect(await problemsOf(bundle, [first, second])).toMatch(
      /^attestations\/vsa\.intoto\.json: lacks the signature signatures\/vsa\./m,
    );
  });
});

describe('a signature that does not belong is noticed', () => {
  it('of a key that no run names', async () => {
    const bundle = copyOf(both);
    await writeSignatures(bundle, third);
    for (const keys of [[], [first], [first, third]])
      expect(await problemsOf(bundle, keys)).toMatch(/scan\.\w{8}\.sigstore\.json: is a signature that no run names/);
  });

  it('of another key under the name of one', async () => {
    const bundle = copyOf(both);
    remove(bundle, (path) => path.includes(second.shortId));
    await writeSignatures(bundle, { ...third, shortId: second.shortId }, ['sigstore', 'dsse']);
    expect(await problemsOf(bundle, [])).toMatch(/is of another key than the run names/);
    expect(await problemsOf(bundle, [first])).toMatch(/is of another key than the run names/);
  });

  it('of the same statement in another bundle', async () => {
    const bundle = copyOf(both);
    for (const name of readdirSync(join(other, 'signatures')))
      cpSync(join(other, 'signatures', name), join(bundle, 'signatures', name));
    for (const keys of TRUSTED)
      expect(await problemsOf(bundle, keys)).toMatch(/is about other bytes than those of attestation\.intoto\.json/);
  });

  it('of another run of the same bundle', async () => {
    const bundle = copyOf(later);
    const [one, two] = [runOf(bundle, first), runOf(bundle, second)];
    const file = `run.${first.shortId}.dsse.json`;
    renameSync(join(bundle, 'runs', one, file), join(bundle, 'runs', two, file));
    for (const keys of TRUSTED) expect(await problemsOf(bundle, keys)).toMatch(/is about other bytes than those of/);
  });
});

describe('what a run says of its signatures', () => {
  it.each<[string, object, RegExp]>([
    ['is missing', { signers: undefined }, /out of form: predicate\.signers/],
    ['is no key', { signers: ['x'] }, /out of form: predicate\.signers\.0 expected the fingerprint of a key/],
    ['is not sorted', { signatureFormats: ['sigstore', 'dsse'] }, /expected each once, sorted/],
    ['has a key twice', { signers: [first.keyid, first.keyid] }, /expected each once, sorted/],
    ['has no form', { signatureFormats: [] }, /names signers without a form/],
    ['has no signer', { signers: [] }, /names signers without a form/],
    ['has an unknown form', { signatureFormats: ['pgp'] }, /out of form: predicate\.signatureFormats/],
  ])('%s', async (_, change, message) => {
    const bundle = copyOf(both);
    const path = join(bundle, recordIn(bundle), 'run.intoto.json');
    const statement = JSON.parse(readFileSync(path, 'utf8'));
    statement.predicate = { ...statement.predicate, ...change };
    writeFileSync(path, JSON.stringify(statement));
    // Keeps the bytes canonical: members are changed in place.
    remove(bundle, (file) => file.startsWith('runs/'));
    expect(await problemsOf(bundle, [])).toMatch(message);
  });

  it('is nothing for an unsigned one', async () => {
    const bundle = await scanned('three\n', [[]]);
    const { predicate } = JSON.parse(readFileSync(join(bundle, recordIn(bundle), 'run.intoto.json'), 'utf8'));
    expect(predicate).toMatchObject({ signers: [], signatureFormats: [] });
    expect(await problemsOf(bundle, [])).toBe('');
  });
});

describe('a bundle of several signers', () => {
  it('is intact under each of them, and under both', async () => {
    for (const keys of TRUSTED) expect(await problemsOf(both, keys)).toBe('');
  });

  it('is intact after a later run by another key when both are trusted', async () => {
    expect(await problemsOf(later, [first, second])).toBe('');
    expect(await problemsOf(later, [])).toBe('');
    expect(await problemsOf(later, [first])).toMatch(
      /^runs\/[^/]+\/run\.intoto\.json: is not signed by a trusted key$/,
    );
  });

  it('may be signed anew', async () => {
    const bundle = copyOf(both);
    await resign(bundle, third);
    expect(await problemsOf(bundle, [third])).toBe('');
  });
});
