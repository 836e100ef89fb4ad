import { execFileSync } from 'node:child_process';
import {
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { addBundle, placeOfBundle } from '../../../src/core/history/add.js';
import { appendEntry } from '../../../src/core/history/append.js';
import { GENESIS } from '../../../src/core/history/entry.js';
import { repairHistory } from '../../../src/core/history/repair.js';
import { verifyHistory } from '../../../src/core/history/verify.js';
import { generateKey } from '../../../src/core/lib/signing/keys.js';
import { fullyTrusted } from '../../../src/core/policy/trusted-keys.js';
import { temporaryFolder } from '../../support/scan.js';
import { entryPath, folderCopier, forge, readEntryText, type Scans, scansOf } from './support.js';

const key = generateKey('ed25519');
const copy = folderCopier();
const fresh = () => copy(scans.exportDir);
let scans: Scans;
/** Runs: two of the first bundle, one of the second. */
beforeAll(async () => {
  scans = await scansOf(['one\n', 'two\n', 'one\n'], key);
});

const bundleOf = (i: number): string => scans.results[i]?.bundle.id ?? '';
const problemsOf = async (exportDir: string): Promise<string> => {
  const { intact, problems } = await verifyHistory(exportDir);
  expect(intact).toBe(false);
  return problems.map(({ file, reason }) => `${file}: ${reason}`).join('\n');
};
const killedRun = '20260101T000000Z-0123456789abcdef';

describe('a history is not intact', () => {
  it.each<[string, (exportDir: string) => void, RegExp]>([
    ['with an entry missing', (d) => rmSync(entryPath(d, 2)), /00000002\.json: is missing, the next one is 00000003/],
    ['with the first one missing', (d) => rmSync(entryPath(d, 1)), /00000001\.json: is missing/],
    ['with the last one missing', (d) => rmSync(entryPath(d, 3)), /runs\/.*|Z-[0-9a-f]{16}: is not in the history/],
    ['without entries', (d) => rmSync(join(d, 'history'), { recursive: true }), /is not in the history/],
    [
      'with a second history of its own',
      (d) => renameSync(entryPath(d, 2), join(d, 'history', '00000002.json.old')),
      /00000002\.json\.old: is no entry of a history/,
    ],
    [
      'with an entry under another number',
      (d) => cpSync(entryPath(d, 3), entryPath(d, 4)),
      /is entry 3 by what it says/,
    ],
    [
      'with another verdict in an entry',
      (d) => forge(d, 1, (entry) => (entry['verdict'] = 'pass')),
      /is not what entry 1 of the history names: `verdict` differs/,
    ],
    [
      'with another log in an entry',
      (d) => forge(d, 2, (entry) => (entry['audit'] = { head: '0'.repeat(64), entries: 3 })),
      /entry 2 of the history names: `audit` differs/,
    ],
    ['with a field more', (d) => forge(d, 1, (entry) => (entry['note'] = 'x')), /00000001\.json: is out of form/],
    [
      'that leads out of the folder',
      (d) => forge(d, 1, (entry) => (entry['bundle'] = { id: '../x', sha256: '0'.repeat(64) })),
      /00000001\.json: is out of form/,
    ],
    [
      'with a key twice',
      (d) => writeFileSync(entryPath(d, 3), readEntryText(d, 3).replace('{', '{"seq":3,')),
      /00000003\.json: is not canonical JSON .* or has a key twice/,
    ],
    ['with white space', (d) => writeFileSync(entryPath(d, 1), `${readEntryText(d, 1)}\n`), /is not canonical JSON/],
    ['with bytes that are no text', (d) => writeFileSync(entryPath(d, 1), Buffer.of(0x7b, 0xff, 0x7d)), /is not JSON/],
    ['with an empty entry', (d) => truncateSync(entryPath(d, 2)), /00000002\.json: is not JSON/],
    ['with a huge entry', (d) => truncateSync(entryPath(d, 2), 2 ** 40), /has 1099511627776 bytes, the cap is/],
    ['with a link for an entry', (d) => swapFor(d, 2, symlinkSync), /cannot be opened as a plain file/],
    ['with a folder for an entry', (d) => swapFor(d, 2, (_, at) => mkdirSync(at)), /is not a plain file/],
    ['with a pipe for an entry', (d) => swapFor(d, 2, (_, at) => execFileSync('mkfifo', [at])), /is not a plain file/],
    ['with an entry of three names', (d) => ['a', 'b'].map((n) => linkSync(entryPath(d, 2), join(d, n))), /2 links/],
    ['behind a link', (d) => behindLink(d, 'history'), /is not in the history/],
    ['of which a bundle is gone', (d) => rmSync(join(d, bundleOf(1)), { recursive: true }), /or is not there/],
    ['of which a bundle is a link', (d) => behindLink(d, bundleOf(1)), /is no folder beside/],
    ['with two bundles exchanged', (d) => exchange(d, bundleOf(0), bundleOf(1)), /cannot be opened/],
    [
      'with a run taken out of its bundle',
      (d) => rmSync(join(d, bundleOf(0), 'runs', lastRun(d)), { recursive: true }),
      /runs\/.*cannot be opened/,
    ],
    [
      'with a log cut short',
      (d) => {
        const log = join(d, bundleOf(0), 'runs', lastRun(d), 'audit.jsonl');
        writeFileSync(log, readFileSync(log, 'utf8').split('\n').slice(0, 3).join('\n'));
      },
      /audit\.jsonl: its last line is cut off/,
    ],
    [
      'with a bundle that nobody added',
      (d) => cpSync(join(d, bundleOf(1)), join(d, 'x'), { recursive: true }),
      /x\/.*not in the history/,
    ],
    ['with a folder that is no bundle', (d) => mkdirSync(join(d, 'mine')), /mine: holds no run/],
    ['with a name that no bundle has', (d) => mkdirSync(join(d, 'a\u001b[31m')), /a\\u\{1b\}\[31m: has a name/],
  ])('%s', async (_, damage, reason) => {
    const exportDir = fresh();
    damage(exportDir);
    expect(await problemsOf(exportDir)).toMatch(reason);
  });

  it('with evidence changed, in the runs of that bundle alone', async () => {
    const exportDir = fresh();
    writeFileSync(join(exportDir, bundleOf(0), 'findings.jsonl'), '');
    const { intact, runs } = await verifyHistory(exportDir);
    expect({ intact, runs }).toEqual({ intact: false, runs: { named: 3, intact: 1, replaced: 0 } });
  });

  it('with one run record changed, in that run alone', async () => {
    const exportDir = fresh();
    writeFileSync(join(exportDir, bundleOf(0), 'runs', lastRun(exportDir), 'timings.json'), '{}');
    expect((await verifyHistory(exportDir)).runs).toEqual({ named: 3, intact: 2, replaced: 0 });
  });

  it('without the signatures that are demanded', async () => {
    const bundle = { keys: [fullyTrusted(generateKey('ed25519'), 'other')] };
    const { intact, runs } = await verifyHistory(scans.exportDir, { bundle });
    expect({ intact, runs }).toEqual({ intact: false, runs: { named: 3, intact: 0, replaced: 0 } });
  });
});

describe('a tail that was rolled back together with its bundles', () => {
  it('shows against a head that was kept, and only against one', async () => {
    const exportDir = fresh();
    const kept = scans.results[2]?.history.head ?? '';
    expect(await verifyHistory(exportDir, { expectHead: kept })).toMatchObject({ intact: true, head: kept });
    rmSync(join(exportDir, bundleOf(2), 'runs', lastRun(exportDir)), { recursive: true });
    rmSync(entryPath(exportDir, 3));
    rmSync(entryPath(exportDir, 2));
    rmSync(join(exportDir, bundleOf(1)), { recursive: true });
    expect(await verifyHistory(exportDir)).toMatchObject({ intact: true, runs: { named: 1, intact: 1 } });
    const { intact, problems } = await verifyHistory(exportDir, { expectHead: kept });
    expect([intact, problems]).toEqual([false, [{ file: 'history', reason: expect.stringContaining(kept) }]]);
  });

  it('a head that later entries follow is still there', async () => {
    const expectHead = scans.results[0]?.history.head ?? '';
    expect(await verifyHistory(scans.exportDir, { expectHead })).toMatchObject({ intact: true, entries: 3 });
  });
});

describe('a bundle that took the place of another one', () => {
  /** Another bundle under the name of the second, which a history may say was meant. */
  async function replaced(): Promise<string> {
    const exportDir = fresh();
    const bundle = join(exportDir, bundleOf(1));
    rmSync(bundle, { recursive: true });
    cpSync(join(exportDir, bundleOf(0)), bundle, { recursive: true });
    await addBundle(await placeOfBundle(bundle, exportDir), { replaces: true });
    return exportDir;
  }

  it.each<[string, () => string]>([
    ['a head that was kept', () => scans.results[2]?.history.head ?? ''],
    ['the head of an empty history', () => GENESIS],
    ['a head that is not there', () => '0'.repeat(64)],
  ])('is a problem after %s, signed or not, unless that is allowed in words', async (_, head) => {
    const exportDir = await replaced();
    const options = { bundle: { keys: [fullyTrusted(key, 'k')] }, expectHead: head() };
    const { intact, problems } = await verifyHistory(exportDir, options);
    expect(intact).toBe(false);
    expect(problems.map(({ reason }) => reason)).toContain(
      'took the place of another bundle (entry 4) after the head that you kept',
    );
    const allowed = await verifyHistory(exportDir, { ...options, allowReplaced: true });
    expect(allowed.intact).toBe(head() !== '0'.repeat(64));
  });

  it('is none before a head that was kept, nor without one', async () => {
    const exportDir = await replaced();
    const { head } = await verifyHistory(exportDir);
    expect(await verifyHistory(exportDir, { expectHead: head })).toMatchObject({ intact: true, problems: [] });
  });
});

describe('a history', () => {
  it('of real scans is intact, also by the key that signed them', async () => {
    const bundle = { keys: [fullyTrusted(key, 'k')] };
    expect(await verifyHistory(scans.exportDir, { bundle })).toEqual({
      intact: true,
      head: scans.results[2]?.history.head,
      entries: 3,
      runs: { named: 3, intact: 3, replaced: 0 },
      approvals: { named: 0, intact: 0 },
      lacking: [],
      unfinished: [],
      temporaries: [],
      problems: [],
    });
  });

  it('tells of a killed run and how far its log is sound', async () => {
    const exportDir = fresh();
    const log = join(exportDir, '.incomplete', killedRun, 'bundle', 'runs', killedRun);
    mkdirSync(log, { recursive: true });
    writeFileSync(join(log, 'audit.jsonl'), '{"torn');
    const early = killedRun.replace('2026', '2025');
    mkdirSync(join(exportDir, '.incomplete', early));
    symlinkSync('/', join(exportDir, '.incomplete', killedRun.replace('2026', '2027')));
    const { intact, unfinished } = await verifyHistory(exportDir);
    expect({ intact, unfinished }).toEqual({
      intact: true,
      unfinished: [
        { run: early, log: null },
        { run: killedRun, log: { entries: 0, whole: false } },
        { run: killedRun.replace('2026', '2027'), log: null },
      ],
    });
  });

  it('knows a bundle that was replaced on the operator’s word', async () => {
    const exportDir = fresh();
    const [id, other] = [bundleOf(1), bundleOf(0)];
    rmSync(join(exportDir, id), { recursive: true });
    cpSync(join(exportDir, other), join(exportDir, id), { recursive: true });
    const placed = await placeOfBundle(join(exportDir, id), exportDir);
    await expect(addBundle(placed)).rejects.toThrow(/names another bundle of this name[\s\S]*--replaces/);
    expect(await addBundle(placed, { replaces: true })).toHaveLength(2);
    expect(await verifyHistory(exportDir)).toMatchObject({ intact: true, runs: { named: 4, intact: 4, replaced: 1 } });
  });

  it('takes two entries of one run for one', async () => {
    const exportDir = fresh();
    const { schemaVersion: _, seq: __, previous: ___, ...fact } = JSON.parse(readEntryText(exportDir, 3));
    await appendEntry(exportDir, fact);
    expect(await verifyHistory(exportDir)).toMatchObject({ intact: true, entries: 4, runs: { named: 3, intact: 3 } });
  });
});

describe('an entry', () => {
  it.each<[string, (exportDir: string) => void, RegExp]>([
    ['an end that is no entry', (d) => writeFileSync(entryPath(d, 3), '{}'), /00000003\.json is no entry that another/],
    ['the highest number', (d) => writeFileSync(entryPath(d, 99_999_999), '{}'), /99999999\.json is no entry/],
    ['a file in its place', (d) => swapHistory(d, (at) => writeFileSync(at, '')), /history is no folder/],
    ['a link in its place', (d) => swapHistory(d, (at) => symlinkSync('/tmp', at)), /history is no folder/],
  ])('is refused behind %s', async (_, damage, message) => {
    const exportDir = fresh();
    const { schemaVersion: _v, seq: _s, previous: _p, ...fact } = JSON.parse(readEntryText(exportDir, 3));
    damage(exportDir);
    await expect(appendEntry(exportDir, fact)).rejects.toThrow(message);
  });
});

describe('a repair', () => {
  it('removes remains, adds what is missing, and first only tells when asked to', async () => {
    const exportDir = fresh();
    rmSync(entryPath(exportDir, 3));
    linkSync(entryPath(exportDir, 2), join(exportDir, 'history', '.new-0123456789abcdef'));
    const before = [readEntryText(exportDir, 1), readEntryText(exportDir, 2)];
    const run = scans.results[2]?.bundle.id;
    const planned = await repairHistory(exportDir, true);
    expect(planned.done.map(({ action, what }) => `${action} ${what}`)).toEqual([
      'remove history/.new-0123456789abcdef',
      expect.stringMatching(new RegExp(`^add ${run}/\\d{8}T\\d{6}Z-[0-9a-f]{16}$`)),
    ]);
    expect(readdirSync(join(exportDir, 'history')).length).toBe(3);
    expect(await repairHistory(exportDir, false)).toEqual(planned);
    expect(await verifyHistory(exportDir)).toMatchObject({ intact: true, entries: 3, temporaries: [] });
    expect([readEntryText(exportDir, 1), readEntryText(exportDir, 2)]).toEqual(before);
  });

  it.each<[string, (exportDir: string) => void, RegExp]>([
    ['a chain that does not hold', (d) => rmSync(entryPath(d, 1)), /00000001\.json is missing/],
    [
      'a bundle that is not intact',
      (d) => {
        rmSync(entryPath(d, 3));
        writeFileSync(join(d, bundleOf(2), 'findings.jsonl'), '');
      },
      /is not intact and is not added/,
    ],
  ])('leaves %s alone', async (_, damage, message) => {
    const exportDir = fresh();
    damage(exportDir);
    const names = readdirSync(join(exportDir, 'history'));
    const { done, problems } = await repairHistory(exportDir, false);
    expect(done).toEqual([]);
    expect(problems.map(({ file, reason }) => `${file} ${reason}`).join('\n')).toMatch(message);
    expect(readdirSync(join(exportDir, 'history'))).toEqual(names);
  });
});

describe('history add', () => {
  it.each<[string, (exportDir: string) => [string, string | undefined], RegExp]>([
    ['what is not there', (d) => [join(d, 'none'), undefined], /is not there/],
    [
      'a bundle of another folder',
      (d) => [join(d, bundleOf(0)), temporaryFolder()],
      /does not lie in the export folder/,
    ],
    ['the history', (d) => [join(d, 'history'), undefined], /has a name that no bundle has/],
  ])('refuses %s', async (_, args, message) => {
    await expect(placeOfBundle(...args(scans.exportDir))).rejects.toThrow(message);
  });

  it('refuses a bundle that is not intact', async () => {
    const exportDir = fresh();
    writeFileSync(join(exportDir, bundleOf(0), 'summary.json'), '{}');
    const placed = await placeOfBundle(join(exportDir, bundleOf(0)), undefined);
    await expect(addBundle(placed)).rejects.toThrow(/only an intact bundle/);
  });

  it('adds what another machine made, once', async () => {
    const elsewhere = temporaryFolder();
    cpSync(join(scans.exportDir, bundleOf(0)), join(elsewhere, 'here'), { recursive: true });
    const placed = await placeOfBundle(join(elsewhere, 'here'), undefined);
    expect(await addBundle(placed)).toHaveLength(2);
    expect(await addBundle(placed)).toEqual([]);
    expect(await verifyHistory(elsewhere)).toMatchObject({ intact: true, runs: { named: 2, intact: 2 } });
  });
});

function swapFor(exportDir: string, seq: number, make: (from: string, at: string) => unknown): void {
  const at = entryPath(exportDir, seq);
  renameSync(at, join(exportDir, 'kept'));
  make(join(exportDir, 'kept'), at);
}

function swapHistory(exportDir: string, make: (at: string) => void): void {
  rmSync(join(exportDir, 'history'), { recursive: true });
  make(join(exportDir, 'history'));
}

function behindLink(exportDir: string, name: string): void {
  renameSync(join(exportDir, name), join(exportDir, `.${name}`));
  symlinkSync(`.${name}`, join(exportDir, name));
}

function exchange(exportDir: string, a: string, b: string): void {
  renameSync(join(exportDir, a), join(exportDir, '.x'));
  renameSync(join(exportDir, b), join(exportDir, a));
  renameSync(join(exportDir, '.x'), join(exportDir, b));
}

function lastRun(exportDir: string): string {
  const { run } = JSON.parse(readEntryText(exportDir, 3));
  return run.id;
}
