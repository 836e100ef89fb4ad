import { execFileSync } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ECOSYSTEMS, parsePackName } from '../../../src/core/advisories/kind.js';
import { mountPacks } from '../../../src/core/advisories/mount.js';
import { failure, folderOf, freshFolder, retireList, take } from './data.js';

/** The start of a bbolt file: a page header, then the magic number of its meta page. */
const bolt = Buffer.alloc(4096);
bolt.writeUInt32LE(0xed0cdaed, 16);

/** A SQLite file of two pages of 512 bytes. */
const sqlite = Buffer.alloc(1024);
sqlite.write('SQLite format 3\0', 'latin1');
sqlite.writeUInt16BE(512, 16);
sqlite.writeUInt32BE(2, 28);

const trivyMetadata = { Version: 2, UpdatedAt: '2026-08-20T06:14:00.1Z', NextUpdate: '2026-08-21T06:14:00Z' };
const trivy = { 'trivy.db': bolt, 'metadata.json': trivyMetadata };
const source = 'https://example.org/v6/vulnerability-db_v6.0.2_2026-08-19T01:31:06Z_1.tar.zst?checksum=sha256%3A0';
const grype = { 'vulnerability.db': sqlite, 'import.json': { digest: 'xxh64:0a', source, client_version: '6.0.0' } };

function tarOf(files: Record<string, unknown>, ...options: string[]): string {
  const path = join(freshFolder(), 'db.tar');
  execFileSync('tar', ['-cf', path, ...options, '-C', folderOf(files), '.']);
  return path;
}

describe('names of packs', () => {
  it.each([
    ['osv/pypi', /did you mean `osv\/PyPI`/],
    ['osv', /osv\/npm/],
    ['osv/../../etc', /unknown advisory pack/],
    ['npm', /unknown advisory pack/],
    ['', /unknown advisory pack/],
  ])('%j is none', (text, message) => {
    expect(() => parsePackName(text)).toThrow(message);
  });
});

it('docs/advisories.md names every ecosystem', () => {
  const text = readFileSync('docs/advisories.md', 'utf8');
  expect(text).toContain(`OSV records of one ecosystem: ${ECOSYSTEMS.join(', ')} |`);
});

describe('a Retire.js list', () => {
  const file = (value: unknown) => join(folderOf({ 'list.json': value }), 'list.json');
  it.each<[string, unknown, string | undefined, RegExp]>([
    ['without a day', retireList, undefined, /--date YYYY-MM-DD/],
    ['with a day in the future', retireList, '2026-08-23', /not in the future/],
    ['with a day that is none', retireList, '2026-02-30', /not in the future/],
    ['that is cut off', JSON.stringify(retireList).slice(0, -1), '2026-08-01', /is not JSON/],
    ['of another form', [retireList], '2026-08-01', /is not a Retire\.js repository/],
    ['of an error page', '"Not Found"', '2026-08-01', /is not a Retire\.js repository/],
    ['without vulnerabilities', { jquery: { vulnerabilities: [], extractors: {} } }, '2026-08-01', /no vulnerability/],
    ['that is empty', {}, '2026-08-01', /no vulnerability/],
    ['with a library of another form', { ...retireList, x: {} }, '2026-08-01', /is not a Retire\.js repository/],
    ['that is not UTF-8', Buffer.from('{"a\xff":1}', 'latin1'), '2026-08-01', /is not a Retire\.js repository/],
  ])('%s is refused', async (_, value, date, message) => {
    const store = freshFolder();
    const more = date === undefined ? {} : { date };
    expect(await failure(take(store, 'retire', file(value), more))).toEqual({
      exit: 2,
      message: expect.stringMatching(message),
    });
  });

  it('is a pack with the day that the operator gives', async () => {
    const pack = await take(freshFolder(), 'retire', file(retireList), { date: '2026-08-01' });
    expect(pack).toMatchObject({ kind: 'retire', name: 'retire', count: 1, newest: '2026-08-01T00:00:00Z' });
  });
});

describe('a database', () => {
  it.each<[string, 'trivy' | 'grype', () => string, RegExp]>([
    ['that is not there', 'trivy', () => '/nonexistent', /cannot be read/],
    ['without metadata', 'trivy', () => folderOf({ 'trivy.db': bolt }), /metadata\.json: cannot be read/],
    ['in a tar without metadata', 'trivy', () => tarOf({ 'trivy.db': bolt }), /holds no metadata\.json/],
    ['that is none', 'trivy', () => folderOf({ ...trivy, 'trivy.db': 'x'.repeat(999) }), /trivy\.db is no database/],
    ['that is empty', 'trivy', () => folderOf({ ...trivy, 'trivy.db': '' }), /trivy\.db is no database/],
    [
      'of another schema',
      'trivy',
      () => folderOf({ ...trivy, 'metadata.json': { ...trivyMetadata, Version: 3 } }),
      /of another form/,
    ],
    [
      'with a time that is none',
      'trivy',
      () => folderOf({ ...trivy, 'metadata.json': { Version: 2, UpdatedAt: 'now' } }),
      /no sound time/,
    ],
    [
      'of the future',
      'trivy',
      () => folderOf({ ...trivy, 'metadata.json': { Version: 2, UpdatedAt: '2999-01-01T00:00:00Z' } }),
      /after 2026-08-22/,
    ],
    ['with another file', 'trivy', () => tarOf({ ...trivy, 'evil.so': 'x' }), /more than the files of a database/],
    ['with a link', 'grype', () => tarOf(grype, '--transform', 's,import,other,'), /more than the files/],
    ['with a name that escapes', 'trivy', () => tarOf(trivy, '--transform', 's,^./,../,', '-P'), /more than the files/],
    ['that is cut off', 'grype', () => folderOf({ ...grype, 'vulnerability.db': sqlite.subarray(0, 1000) }), /cut off/],
    [
      'that is not SQLite',
      'grype',
      () => folderOf({ ...grype, 'vulnerability.db': bolt }),
      /vulnerability\.db is no database/,
    ],
    ['without an age', 'grype', () => folderOf({ ...grype, 'import.json': { digest: 'xxh64:0a' } }), /--date/],
    [
      'of an older schema',
      'grype',
      () => folderOf({ 'vulnerability.db': sqlite, 'metadata.json': {} }),
      /import\.json: cannot be read/,
    ],
    [
      'in an archive of another kind',
      'grype',
      () => join(folderOf({ 'db.tar.zst': Buffer.from('28b52ffd', 'hex') }), 'db.tar.zst'),
      /not a sound tar|holds no/,
    ],
  ])('%s is refused', async (_, kind, make, message) => {
    const store = freshFolder();
    expect(await failure(take(store, kind, make()))).toEqual({ exit: 2, message: expect.stringMatching(message) });
  });

  it('in a gzipped tar that was cut off is refused', async () => {
    const path = tarOf(trivy);
    const whole = gzipSync(execFileSync('cat', [path]));
    writeFileSync(path, whole);
    for (const part of [0.2, 0.6, 0.95]) {
      truncateSync(path, Math.floor(whole.length * part));
      expect((await failure(take(freshFolder(), 'trivy', path)))?.exit).toBe(2);
      writeFileSync(path, whole);
    }
    expect((await take(freshFolder(), 'trivy', path)).kind).toBe('trivy');
  });

  it('is the same pack from a folder and from a tar, with the time of its data', async () => {
    const store = freshFolder();
    const packs = [await take(store, 'trivy', folderOf(trivy)), await take(store, 'trivy', tarOf(trivy))];
    expect(packs[1]?.digest).toBe(packs[0]?.digest);
    expect(packs[0]).toMatchObject({ newest: '2026-08-20T06:14:00Z', count: null });
    expect(await take(store, 'grype', folderOf(grype))).toMatchObject({ newest: '2026-08-19T01:31:06Z', count: null });
  });

  it('lies where its scanner looks for it', async () => {
    const store = freshFolder();
    const folder = freshFolder();
    await mountPacks(
      [await take(store, 'trivy', folderOf(trivy)), await take(store, 'grype', folderOf(grype))],
      store,
      folder,
    );
    const found = execFileSync('find', ['.', '-type', 'f'], { cwd: folder, encoding: 'utf8' })
      .trim()
      .split('\n')
      .sort();
    expect(found).toEqual(['./6/import.json', './6/vulnerability.db', './db/metadata.json', './db/trivy.db']);
  });
});
