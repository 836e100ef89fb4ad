import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mountPacks } from '../../../src/core/advisories/mount.js';
import { packsFor, prunePacks, readContents, stagingFolder, storePack } from '../../../src/core/advisories/store.js';
import { failure, folderOf, freshFolder, record, retireList, take } from './data.js';

const npm = (id: string, modified = '2026-08-20T10:00:00Z') => folderOf({ 'a.json': record(id, { modified }) });

/** Changes one byte of a file, whatever its mode. */
function flip(path: string): void {
  const data = readFileSync(path);
  data[data.length >> 1] = (data[data.length >> 1] ?? 0) ^ 1;
  chmodSync(path, 0o644);
  writeFileSync(path, data);
}

describe('a pack of PyPI that was made before its names were normalised', () => {
  it('is as good as none', async () => {
    const store = freshFolder();
    const { digest } = await take(store, 'osv/PyPI', folderOf({ 'a.json': record('A-1', {}, 'PyPI') }));
    expect([...(await packsFor('osv', store)).keys()]).toEqual(['PyPI']);
    const { names, ...older } = await readContents(store, digest, 'osv/PyPI');
    expect(names).toBe('pep503');
    const staged = await stagingFolder(store);
    cpSync(join(store, digest, 'all.zip'), join(staged, 'all.zip'));
    await storePack(store, staged, older, { source: 'file', imported: '2026-08-22' });
    expect(await packsFor('osv', store)).toEqual(new Map());
  });
});

describe('the store refuses, with exit code 3 and the remedy', () => {
  const remedy = /advisories update osv\/npm/;

  it('to mount a pack of which a byte was changed', async () => {
    const store = freshFolder();
    const pack = await take(store, 'osv/npm', npm('A-1'));
    flip(join(store, pack.digest, 'all.zip'));
    const failed = await failure(mountPacks([pack], store, freshFolder()));
    expect(failed).toEqual({ exit: 3, message: expect.stringMatching(/all\.zip was changed in the store/) });
    expect(failed?.message).toMatch(remedy);
  });

  it('a pack whose description was changed, such as its date', async () => {
    const store = freshFolder();
    const pack = await take(store, 'osv/npm', npm('A-1'));
    const path = join(store, pack.digest, 'pack.json');
    const text = readFileSync(path, 'utf8').replace('2026-08-20', '2027-08-20');
    chmodSync(path, 0o644);
    writeFileSync(path, text);
    expect((await failure(packsFor('osv', store)))?.message).toMatch(/was changed in the store/);
    expect((await failure(mountPacks([pack], store, freshFolder())))?.exit).toBe(3);
  });

  it('a pack that is gone', async () => {
    const store = freshFolder();
    const pack = await take(store, 'osv/npm', npm('A-1'));
    rmSync(join(store, pack.digest), { recursive: true });
    expect((await failure(packsFor('osv', store)))?.message).toMatch(/not in the store \(ENOENT\)/);
    expect((await failure(mountPacks([pack], store, freshFolder())))?.exit).toBe(3);
  });

  it('a file of a pack that is gone', async () => {
    const store = freshFolder();
    const pack = await take(store, 'osv/npm', npm('A-1'));
    rmSync(join(store, pack.digest, 'all.zip'));
    expect((await failure(mountPacks([pack], store, freshFolder())))?.message).toMatch(/not in the store/);
  });

  it('an entry that names the pack of another ecosystem', async () => {
    const store = freshFolder();
    await take(store, 'osv/npm', npm('A-1'));
    const entry = readFileSync(join(store, 'current/osv/npm.json'));
    writeFileSync(join(store, 'current/osv/PyPI.json'), entry);
    expect((await failure(packsFor('osv', store)))?.message).toMatch(/osv\/PyPI: .*names a pack of osv\/npm/);
  });

  it('an entry that cannot be read', async () => {
    const store = freshFolder();
    await take(store, 'osv/npm', npm('A-1'));
    writeFileSync(join(store, 'current/osv/npm.json'), '{}');
    expect((await failure(packsFor('osv', store)))?.message).toMatch(/entry in the store cannot be read/);
  });

  it('a plan that calls a pack by another name', async () => {
    const store = freshFolder();
    const pack = await take(store, 'osv/npm', npm('A-1'));
    expect((await failure(mountPacks([{ ...pack, name: 'PyPI' }], store, freshFolder())))?.message).toMatch(
      /holds osv\/npm/,
    );
  });
});

describe('the store', () => {
  it('mends a damaged pack when the same data are imported again', async () => {
    const store = freshFolder();
    const folder = npm('A-1');
    const pack = await take(store, 'osv/npm', folder);
    flip(join(store, pack.digest, 'all.zip'));
    expect((await take(store, 'osv/npm', folder)).digest).toBe(pack.digest);
    await mountPacks([pack], store, freshFolder());
  });

  it('keeps one whole pack when several imports of the same data run at once', async () => {
    const store = freshFolder();
    const folder = npm('A-1');
    const packs = await Promise.all(Array.from({ length: 8 }, () => take(store, 'osv/npm', folder)));
    expect(new Set(packs.map(({ digest }) => digest)).size).toBe(1);
    expect(readdirSync(join(store, 'staging'))).toEqual([]);
    expect(readdirSync(join(store, 'current/osv'))).toEqual(['npm.json']);
    await mountPacks(packs.slice(0, 1), store, freshFolder());
  });

  it('ends with one whole pack when several imports of different data run at once', async () => {
    const store = freshFolder();
    const packs = await Promise.all(['A-1', 'A-2', 'A-3'].map((id) => take(store, 'osv/npm', npm(id))));
    const current = (await packsFor('osv', store)).get('npm');
    expect(packs.map(({ digest }) => digest)).toContain(current?.digest);
    for (const pack of packs) await mountPacks([pack], store, freshFolder());
  });

  it('has no packs where there is no store', async () => {
    expect((await packsFor('osv', '/nonexistent')).size).toBe(0);
    expect(await prunePacks('/nonexistent')).toEqual([]);
  });

  it('takes older data from a file, and from an address only newer ones', async () => {
    const store = freshFolder();
    await take(store, 'osv/npm', npm('A-1'));
    const old = npm('A-1', '2026-08-01T00:00:00Z');
    expect((await failure(take(store, 'osv/npm', old, { onlyNewer: true })))?.message).toMatch(/in use on 2026-08-20/);
    expect((await take(store, 'osv/npm', old)).newest).toBe('2026-08-01T00:00:00Z');
  });

  it('takes data that are older than a damaged pack', async () => {
    const store = freshFolder();
    const pack = await take(store, 'osv/npm', npm('A-1'));
    rmSync(join(store, pack.digest), { recursive: true });
    await take(store, 'osv/npm', npm('A-1', '2026-08-01T00:00:00Z'), { onlyNewer: true });
    expect((await packsFor('osv', store)).get('npm')?.newest).toBe('2026-08-01T00:00:00Z');
  });

  it('removes what is not in use, and what killed imports left', async () => {
    const store = freshFolder();
    const old = await take(store, 'osv/npm', npm('A-1'));
    const used = await take(store, 'osv/npm', npm('A-2'));
    mkdirSync(join(store, 'staging', 'left'));
    expect(await prunePacks(store)).toEqual([old.digest]);
    expect(readdirSync(store).sort()).toEqual([used.digest, 'current'].sort());
    await mountPacks([used], store, freshFolder());
  });

  it('names packs by their data and their age alone', async () => {
    const list = folderOf({ 'list.json': retireList });
    const digest = async (date: string) =>
      (await take(freshFolder(), 'retire', join(list, 'list.json'), { date })).digest;
    expect(await digest('2026-08-01')).toBe(await digest('2026-08-01'));
    expect(await digest('2026-08-01')).not.toBe(await digest('2026-08-02'));
  });
});

describe('mounted packs', () => {
  it('lie where each scanner looks for them, readable and not writable', async () => {
    const store = freshFolder();
    const list = join(folderOf({ 'list.json': retireList }), 'list.json');
    const packs = [
      await take(store, 'osv/npm', npm('A-1')),
      await take(store, 'osv/GitHub Actions', folderOf({ 'a.json': record('A-1', {}, 'GitHub Actions') })),
      await take(store, 'retire', list, { date: '2026-08-01' }),
    ];
    const folder = freshFolder();
    await mountPacks(packs, store, folder);
    const files = [
      '.cache/osv-scalibr/npm/all.zip',
      '.cache/osv-scalibr/GitHub Actions/all.zip',
      'RetireJsVulns.json',
    ].map((path) => join(folder, path));
    expect(files.map((path) => statSync(path).mode & 0o777)).toEqual([0o444, 0o444, 0o444]);
    expect(JSON.parse(readFileSync(files[2] ?? '', 'utf8'))).toEqual(retireList);
  });
});
