import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { approve } from '../../../src/core/history/approve.js';
import { verifyHistory } from '../../../src/core/history/verify.js';
import { generateKey } from '../../../src/core/lib/signing/keys.js';
import { fullyTrusted } from '../../../src/core/policy/trusted-keys.js';
import { folderCopier, readEntryText, type Scans, scansOf } from './support.js';

const scanKey = generateKey('ed25519');
const key = generateKey('ed25519');
const copy = folderCopier();
const clock = () => new Date('2026-01-02T03:04:05Z');

let scans: Scans;
beforeAll(async () => {
  scans = await scansOf(['one\n'], scanKey);
});
const id = (): string => scans.results[0]?.bundle.id ?? '';
const place = () => ({ exportDir: copy(scans.exportDir), id: id() });
const file = `approvals/${key.shortId}.intoto.json`;

describe('approving is refused', () => {
  it.each<[string, (bundle: string) => void, RegExp]>([
    [
      'of a changed bundle',
      (b) => writeFileSync(join(b, 'summary.json'), '{}'),
      /is not intact, and is not approved[\s\S]*summary/,
    ],
    [
      'through a link',
      (b) => {
        mkdirSync(join(b, '..', '.elsewhere'));
        symlinkSync('../.elsewhere', join(b, 'approvals'));
      },
      /approvals: is a link/,
    ],
  ])('%s', async (_, damage, message) => {
    const placed = place();
    damage(join(placed.exportDir, placed.id));
    await expect(approve(placed, { key, comment: null }, clock)).rejects.toThrow(message);
    expect(readdirSync(join(placed.exportDir, 'history'))).toHaveLength(1);
  });

  it('of a bundle that took the place of the one that was checked', async () => {
    const other = await scansOf(['two\n'], scanKey);
    const placed = place();
    const bundle = join(placed.exportDir, placed.id);
    const exchange = () => {
      rmSync(bundle, { recursive: true });
      cpSync(other.results[0]?.bundle.folder ?? '', bundle, { recursive: true });
      return clock();
    };
    await expect(approve(placed, { key, comment: null }, exchange)).rejects.toThrow(
      /attestation\.intoto\.json was changed while the bundle was in use/,
    );
    expect(readdirSync(bundle)).not.toContain('approvals');
    expect(readdirSync(join(placed.exportDir, 'history'))).toHaveLength(1);
  });

  it('of a scan that another key signed', async () => {
    const bundle = { keys: [fullyTrusted(generateKey('ed25519'), 'other')] };
    await expect(approve(place(), { key, comment: null, bundle }, clock)).rejects.toThrow(
      /not signed by a trusted key/,
    );
  });
});

describe('an approval', () => {
  it('states verdict, approver, time and comment, about the subjects of the scan, and is in the history', async () => {
    const placed = place();
    const bundle = { keys: [fullyTrusted(scanKey, 'scan')] };
    const made = await approve(placed, { key, comment: 'seen', bundle }, clock);
    expect(made).toEqual({ verdict: 'fail', file, how: 'made', ownScan: false });
    const read = (path: string) => JSON.parse(readFileSync(join(placed.exportDir, placed.id, path), 'utf8'));
    expect(read(file)).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: read('attestation.intoto.json').subject,
      predicateType: 'https://npmjs.com/package/certus-security-scan/predicate/approval/v1',
      predicate: {
        verdict: 'fail',
        approver: { keyid: key.keyid },
        approved: '2026-01-02T03:04:05.000Z',
        comment: 'seen',
      },
    });
    expect(JSON.parse(readEntryText(placed.exportDir, 2))).toMatchObject({
      kind: 'approval',
      seq: 2,
      approval: { file },
    });
    expect(await verifyHistory(placed.exportDir)).toMatchObject({ intact: true, approvals: { named: 1, intact: 1 } });
  });

  it('that is said again changes nothing, and mends the history', async () => {
    const placed = place();
    await approve(placed, { key, comment: 'seen' }, clock);
    const before = readFileSync(join(placed.exportDir, placed.id, file));
    const again = { verdict: 'fail', file, how: 'stood', ownScan: false };
    expect(await approve(placed, { key, comment: 'other' }, clock)).toEqual(again);
    rmSync(join(placed.exportDir, 'history', '00000002.json'));
    expect(await approve(placed, { key, comment: 'other' }, clock)).toEqual(again);
    expect(readFileSync(join(placed.exportDir, placed.id, file))).toEqual(before);
    expect(await verifyHistory(placed.exportDir)).toMatchObject({ intact: true, entries: 2 });
  });

  it('by a second key stands beside the first; whoever signed the scan is told', async () => {
    const placed = place();
    await approve(placed, { key, comment: null }, clock);
    expect(await approve(placed, { key: scanKey, comment: null }, clock)).toMatchObject({ how: 'made', ownScan: true });
    expect(await verifyHistory(placed.exportDir)).toMatchObject({ intact: true, approvals: { named: 2, intact: 2 } });
  });

  it('that is taken away shows in the history', async () => {
    const placed = place();
    await approve(placed, { key, comment: null }, clock);
    renameSync(join(placed.exportDir, placed.id, 'approvals'), join(placed.exportDir, '.approvals'));
    expect(await verifyHistory(placed.exportDir)).toMatchObject({ intact: false, approvals: { named: 1, intact: 0 } });
  });

  it('whose place in the history cannot be made stands, and the fault says so', async () => {
    const placed = place();
    writeFileSync(join(placed.exportDir, 'history', '00000009.json'), '{}');
    await expect(approve(placed, { key, comment: null }, clock)).rejects.toThrow(
      /the approval of .* stands, but the history beside it lacks it/,
    );
    expect(readdirSync(join(placed.exportDir, placed.id, 'approvals'))).toHaveLength(2);
  });
});
