import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditChain } from '../../../src/core/lib/audit.js';
import { canonicalJson } from '../../../src/core/lib/canonical.js';
import { generateKey } from '../../../src/core/lib/signing/keys.js';
import { fullyTrusted } from '../../../src/core/policy/trusted-keys.js';
import { verifyBundle } from '../../../src/core/verify/verify.js';
import { temporaryFolder } from '../../support/scan.js';
import { bundlesBy, copier, problemsByKeys, recordIn, resign, rewrite, text } from './support.js';

const key = generateKey('ed25519');
const other = generateKey('ed25519');
const p256 = generateKey('ecdsa-p256');
const copyOf = copier();

let unsigned: string;
let signed: string;
beforeAll(async () => {
  ({ unsigned, signed } = await bundlesBy(key, copyOf));
});

const problemsOf = (bundle: string, keys = [key]) => problemsByKeys(bundle, keys);

describe('a signed bundle is not intact', () => {
  it.each<[string, (bundle: string) => void, RegExp]>([
    ['with a symlink in place of a file', (b) => swapFor(b, 'summary.json', symlinkSync), /summary\.json: is a link/],
    ['with a second name of a file', (b) => swapFor(b, 'summary.json', linkSync), /summary\.json: .*one link/],
    ['with a pipe in place of a file', pipe, /findings\.jsonl: is no plain file/],
    ['with an extra file', (b) => writeFileSync(join(b, 'x'), ''), /^x: is not listed in bundle\.json$/m],
    [
      'with an extra file beside reports',
      (b) => writeFileSync(join(b, 'reports', 'x'), ''),
      /^reports\/x: is not listed/m,
    ],
    [
      'with an extra file of a run',
      (b) => writeFileSync(join(b, recordIn(b), 'x'), ''),
      /\/x: is not named by the run/,
    ],
    ['with a file instead of a run', (b) => writeFileSync(join(b, 'runs/x'), ''), /runs\/x: is no part of a run/],
    ['with a link to a folder', (b) => symlinkSync('/etc', join(b, 'inputs/etc')), /inputs\/etc: is a link/],
    ['with an approval', (b) => add(b, 'approvals/a.json', '{}'), /approvals\/a\.json: is no part of an approval/],
    [
      'with a statement of nothing',
      (b) => add(b, 'attestations/x.json', '{}'),
      /attestations\/x\.json: is no statement/,
    ],
    ['with an unsigned statement', unsignedStatement, /attestations\/x\.intoto\.json: is not signed by a trusted key/],
    ['without a file', (b) => rmSync(join(b, 'compliance.json')), /compliance\.json: is missing/],
    ['without its index', (b) => rmSync(join(b, 'bundle.json')), /bundle\.json: .*cannot be opened/],
    [
      'without its statement',
      (b) => rmSync(join(b, 'attestation.intoto.json')),
      /attestation\.intoto\.json: is missing/,
    ],
    [
      'without its signatures',
      (b) => rmSync(join(b, 'signatures'), { recursive: true }),
      /is not signed by a trusted key/,
    ],
    ['without a log', (b) => rmSync(join(b, recordIn(b), 'logs'), { recursive: true }), /\.log: is missing/],
    ['without any run', (b) => rmSync(join(b, 'runs'), { recursive: true }), /runs: has no record/],
    ['with a byte more in a log', (b) => appendFileSync(log(b), 'x'), /\.log: is not the file that the run statement/],
    ['with a signature of something else', foreign, /signatures\/x\.\w{8}\.sigstore\.json: is a signature of no/],
    ['with the signatures exchanged', exchanged, /is about other bytes than those of/],
    ['with a cut audit log', (b) => cut(b, -1), /audit\.jsonl: has \d+ entries, the run statement names \d+/],
    ['with an audit log cut inside an entry', (b) => cut(b, 0), /audit\.jsonl: its last line is cut off/],
    ['with another folder name of its run', renamed, /is of another run than its folder/],
  ])('%s', async (_, damage, message) => {
    const bundle = copyOf(signed);
    damage(bundle);
    expect(await problemsOf(bundle)).toMatch(message);
  });

  it('with an audit log of the same length that was chained anew', async () => {
    const bundle = copyOf(signed);
    const run = recordIn(bundle).slice('runs/'.length);
    const lines: string[] = [];
    const chain = auditChain(
      run,
      () => new Date(0),
      (entry) => lines.push(`${canonicalJson(entry)}\n`),
    );
    for (const _ of text(bundle, `runs/${run}/audit.jsonl`).split('\n').slice(1))
      chain.record({ kind: 'write', path: 'x', decision: 'allowed', class: 'evidence', actor: 'scanner' });
    writeFileSync(join(bundle, 'runs', run, 'audit.jsonl'), lines.join(''));
    expect(await problemsOf(bundle)).toMatch(/audit\.jsonl: does not end in the entry that the run statement names/);
  });

  it('when it was made again and signed by somebody else', async () => {
    const bundle = copyOf(unsigned);
    await resign(bundle, other);
    const { intact, verdict, signedBy } = await verifyBundle(bundle, { keys: [fullyTrusted(key, 'key')] });
    expect({ intact, verdict }).toEqual({ intact: false, verdict: null });
    expect(signedBy.map(({ statement }) => statement).sort()).toEqual(statementsOf(bundle));
    expect(signedBy.filter(({ trusted, keyid }) => trusted || keyid !== other.keyid)).toEqual([]);
    expect(await problemsOf(bundle, [key, other])).toBe('');
  });

  it('when somebody else signed it under the name of a trusted key', async () => {
    const bundle = copyOf(unsigned);
    await resign(bundle, { ...other, keyid: key.keyid, shortId: key.shortId, hint: key.hint });
    expect(await problemsOf(bundle)).toMatch(/scan\.\w{8}\.sigstore\.json: does not verify with the key that it names/);
  });

  it('when a trusted key signed it under the name of another', async () => {
    const bundle = copyOf(unsigned);
    await resign(bundle, { ...key, keyid: other.keyid });
    expect(await problemsOf(bundle)).toMatch(/names another key than the one that made it/);
  });

  it('when its algorithm was exchanged for another', async () => {
    const bundle = copyOf(unsigned);
    await resign(bundle, p256);
    expect(await problemsOf(bundle)).toMatch(/attestation\.intoto\.json: is not signed by a trusted key/);
    await resign(bundle, { ...p256, keyid: key.keyid, shortId: key.shortId, hint: key.hint });
    expect(await problemsOf(bundle)).toMatch(/does not verify with the key that it names/);
  });

  it('when only its run is signed, or only its scan', async () => {
    const [run, evidence] = ['runs/', 'a'].map((at) => statementsOf(signed).filter((path) => path.startsWith(at)));
    for (const [keep, missing = []] of [
      ['runs/', evidence],
      ['signatures/', run],
    ] as const) {
      const bundle = copyOf(signed);
      const files = readdirSync(bundle, { recursive: true, encoding: 'utf8' });
      for (const file of files)
        if (file.endsWith('.sigstore.json') && !file.startsWith(keep)) rmSync(join(bundle, file));
      const found = (await problemsOf(bundle)).split('\n');
      expect(found).toEqual(expect.arrayContaining(missing.map((path) => `${path}: is not signed by a trusted key`)));
      expect(found.filter((line) => !missing.some((path) => line.startsWith(`${path}: `)))).toEqual([]);
    }
  });
});

/** Paths of all statements, sorted. */
const statementsOf = (bundle: string): string[] =>
  readdirSync(bundle, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.intoto.json'))
    .sort();

const log = (bundle: string): string => join(bundle, recordIn(bundle), 'logs', 'chatty.stdout.log');

const add = (bundle: string, path: string, content: string) => {
  mkdirSync(join(bundle, path, '..'), { recursive: true });
  writeFileSync(join(bundle, path), content);
};

/** Puts a link to a copy of the same bytes in the place of a file. */
function swapFor(bundle: string, path: string, link: (to: string, at: string) => void): void {
  const moved = join(temporaryFolder(), 'moved');
  renameSync(join(bundle, path), moved);
  link(moved, join(bundle, path));
}

function pipe(bundle: string): void {
  rmSync(join(bundle, 'findings.jsonl'));
  execFileSync('/usr/bin/mkfifo', [join(bundle, 'findings.jsonl')]);
}

function unsignedStatement(bundle: string): void {
  const scan = JSON.parse(text(bundle, 'attestation.intoto.json'));
  add(bundle, 'attestations/x.intoto.json', canonicalJson({ ...scan, predicateType: 'https://example.org/x' }));
}

const signatureOf = (bundle: string, folder: string): string =>
  join(folder, readdirSync(join(bundle, folder)).find((name) => name.endsWith('.sigstore.json')) ?? '');

function foreign(bundle: string): void {
  const file = signatureOf(bundle, 'signatures');
  writeFileSync(join(bundle, file.replace('scan.', 'x.')), text(bundle, file));
}

function exchanged(bundle: string): void {
  const [a, b] = [signatureOf(bundle, 'signatures'), signatureOf(bundle, recordIn(bundle))];
  const [first, second] = [text(bundle, a), text(bundle, b)];
  writeFileSync(join(bundle, a), second);
  writeFileSync(join(bundle, b), first);
}

function cut(bundle: string, keep: 0 | -1): void {
  rewrite(bundle, join(recordIn(bundle), 'audit.jsonl'), (all) =>
    keep === 0 ? all.slice(0, -20) : `${all.split('\n').slice(0, -2).join('\n')}\n`,
  );
}

function renamed(bundle: string): void {
  renameSync(join(bundle, recordIn(bundle)), join(bundle, 'runs', '20260101T000000Z-0123456789abcdef'));
}
