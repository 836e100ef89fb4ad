import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { approve } from '../../../src/core/history/approve.js';
import { canonicalJson } from '../../../src/core/lib/canonical.js';
import { generateKey, type PrivateSigningKey } from '../../../src/core/lib/signing/keys.js';
import { signedStatement } from '../../../src/core/lib/signing/sigstore-bundle.js';
import type { KeyRole } from '../../../src/core/policy/trust.js';
import type { TrustedKey } from '../../../src/core/policy/trusted-keys.js';
import {
  type Approval,
  checkApprovals,
  demandApprovals,
  scanSubjects,
  signatureOf,
  statementOf,
} from '../../../src/core/verify/approvals.js';
import { measure, openFolder } from '../../../src/core/verify/folder.js';
import { problemList } from '../../../src/core/verify/problems.js';
import { folderCopier, type Scans, scansOf } from '../history/support.js';

const TIME = '2026-01-02T03:04:05.000Z';
const scanKey = generateKey('ed25519');
const first = generateKey('ed25519');
const second = generateKey('ecdsa-p256');
const copy = folderCopier();

let scans: Scans;
let approved: string;
beforeAll(async () => {
  scans = await scansOf(['one\n'], scanKey);
  approved = await approvedBy(first);
});

const id = (): string => scans.results[0]?.bundle.id ?? '';

/** A copy of the bundle that one key approved. */
async function approvedBy(key: PrivateSigningKey): Promise<string> {
  const exportDir = copy(scans.exportDir);
  await approve({ exportDir, id: id() }, { key, comment: 'seen' }, () => new Date(TIME));
  return join(exportDir, id());
}

const trust = (key: PrivateSigningKey, roles: KeyRole[], name = 'somebody'): TrustedKey => ({ key, name, roles });
const APPROVER = [trust(first, ['approve'], 'Ada')];

async function check(bundle: string, trusted: TrustedKey[] = APPROVER, scanSigners = [scanKey.keyid]) {
  const problems = problemList();
  const folder = await openFolder(bundle, problems);
  const indexSha256 = (await measure(folder, 'bundle.json')).sha256;
  const about = { scanSigners, trusted, indexSha256, subjects: await scanSubjects(folder), verdict: 'fail' as const };
  const approvals = await checkApprovals(folder, about, problems);
  return { approvals, problems: problems.all().map(({ file, reason }) => `${file}: ${reason}`) };
}

/** A copy of the approved bundle whose approval says something else, signed again by a key. */
function forged(change: (statement: Record<string, unknown>) => void, key = first): string {
  const bundle = join(copy(join(approved, '..')), id());
  const path = join(bundle, statementOf(first.shortId));
  const statement = JSON.parse(readFileSync(path, 'utf8'));
  change(statement);
  const text = canonicalJson(statement);
  writeFileSync(path, text);
  writeFileSync(join(bundle, signatureOf(first.shortId)), signedStatement(Buffer.from(text), key));
  return bundle;
}

const predicateOf = (statement: Record<string, unknown>): Record<string, unknown> => Object(statement['predicate']);

describe('an approval does not hold', () => {
  it.each<[string, () => string, RegExp]>([
    [
      'of another bundle',
      () => forged((s) => (s['subject'] = [{ name: 'bundle.json', digest: { sha256: '0'.repeat(64) } }])),
      /is about another bundle/,
    ],
    [
      'of another source',
      () => forged((s) => (s['subject'] = Object(s['subject']).slice(1))),
      /is about another bundle/,
    ],
    [
      'of another verdict',
      () => forged((s) => (predicateOf(s)['verdict'] = 'pass')),
      /approves another verdict \(pass\)/,
    ],
    ['of no verdict', () => forged((s) => (predicateOf(s)['verdict'] = 'warned')), /is out of form: predicate.verdict/],
    ['with a field more', () => forged((s) => (predicateOf(s)['role'] = 'x')), /is out of form/],
    ['of another type', () => forged((s) => (s['predicateType'] = 'x')), /is out of form: predicateType/],
    [
      'in the name of another',
      () => forged((s) => (predicateOf(s)['approver'] = { keyid: second.keyid })),
      /names another key than the one that made it/,
    ],
    ['signed by another', () => forged(() => {}, second), /does not verify with the key that it names/],
    ['without its signature', () => without(signatureOf(first.shortId)), /is not signed/],
    ['without its statement', () => without(statementOf(first.shortId)), /is a signature of no approval/],
    [
      'with other bytes than were signed',
      () => changed((text) => text.replace('seen', 'SEEN')),
      /is about other bytes/,
    ],
    ['with white space', () => changed((text) => `${text} `), /is not canonical JSON/],
    ['under another name', () => added('approvals/0123456789.intoto.json'), /is no part of an approval/],
    ['with a file beside it', () => added('approvals/x'), /is no part of an approval/],
  ])('%s', async (_, make, reason) => {
    const { approvals, problems } = await check(make());
    expect(problems.join('\n')).toMatch(reason);
    expect(approvals.filter(({ trusted }) => trusted).length).toBe(/beside|another name/.test(_) ? 1 : 0);
  });
});

describe('an approval', () => {
  const of = (keyid: string, more: Partial<Approval> = {}): Approval => ({
    file: statementOf(first.shortId),
    keyid,
    identity: null,
    name: 'Ada',
    trusted: true,
    ownScan: false,
    approved: TIME,
    comment: 'seen',
    ...more,
  });

  it('counts by a key of the role', async () => {
    expect(await check(approved)).toEqual({ approvals: [of(first.keyid)], problems: [] });
  });

  it.each<[string, TrustedKey[]]>([
    ['a key that is not trusted', [trust(second, ['approve'])]],
    ['a key that is trusted for something else', [trust(first, ['scan', 'waive', 'manifest'])]],
    ['any key when none is trusted', []],
  ])('counts for nothing by %s, and is listed', async (_, trusted) => {
    const approvals = [of(first.keyid, { name: null, trusted: false })];
    expect(await check(approved, trusted)).toEqual({ approvals, problems: [] });
  });

  it('states a time and who signed the scan too', async () => {
    const bundle = await approvedBy(scanKey);
    const { approvals } = await check(bundle, [trust(scanKey, ['approve', 'scan'])]);
    expect(approvals).toMatchObject([{ keyid: scanKey.keyid, ownScan: true, approved: TIME }]);
  });

  it.each<[string, Approval[], number, RegExp | undefined]>([
    ['none', [], 0, /0 of 1 approvals/],
    ['one that does not count', [of('a', { trusted: false })], 1, /0 of 1 approvals/],
    ['one', [of('a')], 1, undefined],
    ['one of two', [of('a')], 2, /1 of 2 approvals/],
    ['the same twice', [of('a'), of('a')], 2, /1 of 2 approvals/],
    ['two', [of('a'), of('b')], 2, undefined],
    ['that of whoever signed the scan', [of('a', { ownScan: true })], 1, /cannot be its only approver/],
    ['that and another', [of('a', { ownScan: true }), of('b')], 2, undefined],
  ])('where approvals are demanded and there is %s', (_, approvals, wanted, reason) => {
    const problems = problemList();
    demandApprovals(approvals, wanted, problems);
    if (reason === undefined) expect(problems.all()).toEqual([]);
    else expect(problems.all()).toEqual([{ file: 'approvals', reason: expect.stringMatching(reason) }]);
  });
});

function edited(change: (bundle: string) => void): string {
  const bundle = join(copy(join(approved, '..')), id());
  change(bundle);
  return bundle;
}

const without = (path: string): string => edited((bundle) => rmSync(join(bundle, path)));

const changed = (change: (text: string) => string): string =>
  edited((bundle) => {
    const path = join(bundle, statementOf(first.shortId));
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  });

const added = (path: string): string =>
  edited((bundle) => {
    mkdirSync(join(bundle, 'approvals'), { recursive: true });
    cpSync(join(bundle, statementOf(first.shortId)), join(bundle, path));
  });
