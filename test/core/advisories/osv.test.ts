import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OSV_LIMITS } from '../../../src/core/advisories/osv-input.js';
import { readOsvRecord } from '../../../src/core/advisories/osv-record.js';
import { readZip } from '../../../src/core/advisories/zip-reader.js';
import { deflatedZip, failure, folderOf, freshFolder, record, take, zipOf } from './data.js';

/** Nothing of a refused pack is left. */
const isEmpty = (store: string): boolean =>
  !existsSync(join(store, 'current')) &&
  readdirSync(join(store, 'staging')).length === 0 &&
  readdirSync(store).length === 1;

const affected = (more: object) => [{ package: { ecosystem: 'npm', name: 'left-pad' }, ...more }];

describe('OSV data are refused whole', () => {
  it.each<[string, () => string | Promise<string>, RegExp]>([
    ['a file that is not there', () => '/nonexistent.zip', /cannot be read \(ENOENT\)/],
    ['what is no zip', () => join(folderOf({ 'all.zip': 'PK no' }), 'all.zip'), /not a sound zip/],
    ['an empty zip', () => zipOf([]), /holds no advisory for npm/],
    ['an empty folder', () => freshFolder(), /holds no advisory for npm/],
    [
      'withdrawn records alone',
      () => folderOf({ 'A-1.json': record('A-1', { withdrawn: '2026-01-01T00:00:00Z' }) }),
      /no advisory/,
    ],
    ['a name that leaves the folder', () => zipOf([['../A-1.json', record('A-1')]]), /not a sound zip/],
    ['an absolute name', () => zipOf([['/A-1.json', record('A-1')]]), /not a sound zip/],
    [
      'a file of another kind',
      () =>
        zipOf([
          ['A-1.json', record('A-1')],
          ['x.so', 'x'],
        ]),
      /not named \.json/,
    ],
    [
      'one id twice',
      () =>
        zipOf([
          ['A-1.json', record('A-1')],
          ['b/A-1.json', record('A-1')],
        ]),
      /id that another record has/,
    ],
    [
      'another ecosystem',
      () => folderOf({ 'A-1.json': record('A-1', {}, 'PyPI') }),
      /A-1\.json names no package of npm/,
    ],
    ['a record without packages', () => folderOf({ 'A-1.json': record('A-1', { affected: [] }) }), /names no package/],
    ['JSON that is no record', () => folderOf({ 'a.json': { modules: [] } }), /a\.json is not an OSV record: id/],
    ['what is not JSON', () => folderOf({ 'a.json': '{"id":' }), /a\.json is not JSON/],
    ['what is not UTF-8', () => folderOf({ 'a.json': Buffer.from([0x22, 0xff, 0x22]) }), /not UTF-8/],
    ['a record without a time', () => folderOf({ 'a.json': { ...record('A-1'), modified: undefined } }), /modified/],
    [
      'a time that no calendar has',
      () => folderOf({ 'a.json': record('A-1', { modified: '2026-02-30T00:00:00Z' }) }),
      /RFC 3339/,
    ],
    [
      'a change in the future',
      () => folderOf({ 'a.json': record('A-1', { modified: '2999-01-01T00:00:00Z' }) }),
      /dated after 2026-08-22/,
    ],
    [
      'a publication in the future',
      () => folderOf({ 'a.json': record('A-1', { published: '2999-01-01T00:00:00Z' }) }),
      /dated after/,
    ],
    ['an id that is a path', () => folderOf({ 'a.json': record('../A-1') }), /not an OSV record: id/],
    [
      'a kind of range that the scanner drops',
      () =>
        folderOf({
          'a.json': record('A-1', { affected: affected({ ranges: [{ type: 'NEW', events: [{ introduced: '0' }] }] }) }),
        }),
      /affected\.\[0\]\.ranges\.\[0\]\.type/,
    ],
    [
      'a kind of event that the scanner drops',
      () =>
        folderOf({
          'a.json': record('A-1', { affected: affected({ ranges: [{ type: 'SEMVER', events: [{ until: '2' }] }] }) }),
        }),
      /event of an unknown kind/,
    ],
    [
      'a version that is a number',
      () => folderOf({ 'a.json': record('A-1', { affected: affected({ versions: [3.1] }) }) }),
      /versions/,
    ],
    ['a YAML alias', () => folderOf({ 'a.yaml': 'a: &a [x]\nb: *a\n' }), /a\.yaml is not YAML/],
    [
      'deep data',
      () =>
        folderOf({
          'a.json': record('A-1', { database_specific: JSON.parse(`${'{"a":'.repeat(99)}1${'}'.repeat(99)}`) }),
        }),
      /too deeply/,
    ],
  ])('%s', async (_, make, message) => {
    const store = freshFolder();
    const failed = await failure(take(store, 'osv/npm', await make()));
    expect(failed).toEqual({ exit: 2, message: expect.stringMatching(message) });
    expect(isEmpty(store)).toBe(true);
  });

  it('a link in the folder', async () => {
    const folder = folderOf({ 'A-1.json': record('A-1') });
    symlinkSync('/etc/passwd', join(folder, 'b.json'));
    expect((await failure(take(freshFolder(), 'osv/npm', folder)))?.message).toMatch(/b\.json: is not a plain file/);
  });

  it('a zip that was cut off, at any byte', async () => {
    const path = await zipOf([
      ['A-1.json', record('A-1')],
      ['A-2.json', record('A-2')],
    ]);
    const whole = readFileSync(path);
    for (let size = 0; size < whole.length; size += 7) {
      truncateSync(path, size);
      expect((await failure(take(freshFolder(), 'osv/npm', path)))?.exit).toBe(2);
      writeFileSync(path, whole);
    }
  });

  it('a date beside the data', async () => {
    const folder = folderOf({ 'A-1.json': record('A-1') });
    expect((await failure(take(freshFolder(), 'osv/npm', folder, { date: '2026-08-22' })))?.message).toMatch(
      /tell their age/,
    );
  });

  it('and at most ten reasons are listed', async () => {
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}.json`, {}]));
    const message = (await failure(take(freshFolder(), 'osv/npm', folderOf(files))))?.message ?? '';
    expect(message.match(/is not an OSV record/g)).toHaveLength(10);
    expect(message).toContain('and 20 more');
  });
});

describe('a hostile zip', () => {
  const limits = { ...OSV_LIMITS, memberBytes: 2 ** 20, totalBytes: 2 ** 25, entries: 3 };
  const read = async (path: string, more: Partial<typeof limits> = {}) => {
    const names: string[] = [];
    for await (const { name } of readZip(path, { ...limits, ...more })) names.push(name);
    return names;
  };
  const zeros = (size: number) => Buffer.alloc(size);

  it.each<[string, () => string, Partial<typeof limits>, RegExp]>([
    ['one large member', () => deflatedZip([{ name: 'a', data: zeros(2 ** 21) }]), {}, /a file of more than 1048576/],
    [
      'a member that says it is small',
      () => deflatedZip([{ name: 'a', data: zeros(2 ** 21), size: 10 }]),
      {},
      /cannot be read/,
    ],
    [
      'a member that says it is larger',
      () => deflatedZip([{ name: 'a', data: zeros(9), size: 10 }]),
      {},
      /cannot be read/,
    ],
    ['a wrong checksum', () => deflatedZip([{ name: 'a', data: zeros(9), crc: 1 }]), {}, /cannot be read/],
    [
      'many members',
      () => deflatedZip('abcd'.split('').map((name) => ({ name, data: zeros(1) }))),
      {},
      /more than 3 files/,
    ],
    [
      'a bomb',
      () => deflatedZip([{ name: 'a', data: zeros(2 ** 25) }]),
      { memberBytes: 2 ** 26, totalBytes: 2 ** 27 },
      /more than 50 times/,
    ],
    [
      'too much in all',
      () => deflatedZip([{ name: 'a', data: zeros(2 ** 20) }]),
      { totalBytes: 2 ** 19 },
      /expands to more than/,
    ],
    [
      'an archive that is too large',
      () => deflatedZip([{ name: 'a', data: zeros(2 ** 20) }]),
      { archiveBytes: 100 },
      /more than 100/,
    ],
  ])('%s is refused', async (_, make, more, message) => {
    expect((await failure(read(make(), more)))?.message).toMatch(message);
  });

  it('of sound members is read, stored or deflated', async () => {
    expect(await read(deflatedZip([{ name: 'a', data: zeros(9) }]))).toEqual(['a']);
    expect(
      await read(
        await zipOf([
          ['b/', ''],
          ['b/a', 'x'],
        ]),
      ),
    ).toEqual(['b/a']);
  });
});

describe('the zip that is made', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}\.json$/);
  it('gives back what was put in, and depends on nothing else', async () => {
    const members = fc.uniqueArray(fc.tuple(name, fc.uint8Array({ maxLength: 300 })), { selector: ([key]) => key });
    await fc.assert(
      fc.asyncProperty(members, async (parts) => {
        const files = parts.map(([key, data]) => [key, Buffer.from(data)] as const);
        const path = await zipOf(files);
        const found: (readonly [string, Buffer])[] = [];
        for await (const { name: key, data } of readZip(path, OSV_LIMITS)) found.push([key, data]);
        expect(found).toEqual(files);
        expect(readFileSync(await zipOf(files)).equals(readFileSync(path))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('holds more members than the first form of zip can count', async () => {
    const files = Array.from({ length: 65_600 }, (_, i) => [`${i}`, ''] as const);
    let count = 0;
    for await (const member of readZip(await zipOf(files), OSV_LIMITS)) count += member.data.length + 1;
    expect(count).toBe(files.length);
  });
});

describe('a record', () => {
  const read = (value: unknown) => JSON.parse(readOsvRecord(Buffer.from(JSON.stringify(value)), 'json').text);

  it('keeps its advisory when it has something that the scanner does not know', () => {
    const odd = {
      ...record('A-1', {
        future: 1,
        severity: [
          { type: 'CVSS_V9', score: 'x' },
          { type: 'CVSS_V3', score: 'CVSS:3.1/AV:N' },
        ],
        references: [{ type: 'NEW', url: 'https://example.org' }],
        credits: [{ name: 'a', type: 'NEW' }, 1],
        summary: 7,
        published: 'yesterday',
        aliases: ['CVE-2026-1', 2],
        database_specific: { cwe_ids: ['CWE-79'] },
      }),
    };
    expect(read(odd)).toEqual({
      ...record('A-1'),
      severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N' }],
      references: [{ type: 'WEB', url: 'https://example.org' }],
      credits: [{ name: 'a' }],
      aliases: ['CVE-2026-1'],
      database_specific: { cwe_ids: ['CWE-79'] },
    });
  });

  it('names Python packages as the scanner looks for them, and others as they are', () => {
    const named = (ecosystem: string) =>
      read(record('A-1', { affected: [{ package: { ecosystem, name: 'Zope..Inter_face' } }] })).affected[0].package
        .name;
    expect(['PyPI', 'PyPI:x', 'npm', 'NuGet'].map(named)).toEqual([
      'zope-inter-face',
      'zope-inter-face',
      'Zope..Inter_face',
      'Zope..Inter_face',
    ]);
  });

  it('has no unpaired surrogate', () => {
    expect(read(record('A-1', { details: 'a\ud800b', summary: 'a\\ud800b' }))).toMatchObject({
      details: 'a\ufffdb',
      summary: 'a\\ud800b',
    });
  });

  it('has its newest date as its age, in UTC', () => {
    const text = JSON.stringify(
      record('A-1', { modified: '0001-01-01T00:00:00Z', published: '2026-08-20T23:30:00.5-01:00' }),
    );
    expect(readOsvRecord(Buffer.from(text), 'json').newest).toBe('2026-08-21T00:30:00Z');
  });

  it('in YAML keeps versions as they are written', () => {
    const yaml =
      'id: A-1\nmodified: 2026-01-01T00:00:00Z\naffected:\n- package: {ecosystem: PyPI, name: x}\n  versions: [3.10, "1.0", 0x10]\n';
    const { text, ecosystems } = readOsvRecord(Buffer.from(yaml), 'yaml');
    expect([JSON.parse(text).affected[0].versions, ecosystems]).toEqual([['3.10', '1.0', '0x10'], ['PyPI']]);
  });
});

describe('a pack of OSV records', () => {
  it('tells its count, and the newest of its dates', async () => {
    const pack = await take(
      freshFolder(),
      'osv/npm',
      folderOf({
        'README.md': 'no data',
        'a/A-2.json': record('A-2', { modified: '2026-08-21T01:00:00+02:00' }),
        'b/A-1.yaml': 'id: A-1\nmodified: 2026-01-01T00:00:00Z\naffected: [{package: {ecosystem: npm, name: x}}]\n',
        'A-3.json': record('A-3', { withdrawn: '2026-08-01T00:00:00Z', affected: [] }),
      }),
    );
    expect(pack).toMatchObject({
      kind: 'osv',
      name: 'npm',
      count: 2,
      newest: '2026-08-20T23:00:00Z',
      source: 'file',
      imported: '2026-08-22',
    });
  });

  it('is the same from a folder, a stored and a deflated zip, in any order', async () => {
    const files = ['A-3', 'A-1', 'A-2'].map((id) => [`${id}.json`, record(id)] as const);
    const store = freshFolder();
    const digests = [
      await take(store, 'osv/npm', folderOf(Object.fromEntries(files))),
      await take(store, 'osv/npm', await zipOf(files)),
      await take(store, 'osv/npm', await zipOf([...files].reverse())),
      await take(
        store,
        'osv/npm',
        deflatedZip(files.map(([name, value]) => ({ name, data: Buffer.from(JSON.stringify(value)) }))),
      ),
    ].map(({ digest }) => digest);
    expect(new Set(digests).size).toBe(1);
    const names: string[] = [];
    for await (const { name } of readZip(join(store, digests[0] ?? '', 'all.zip'), OSV_LIMITS)) names.push(name);
    expect(names).toEqual(['A-1.json', 'A-2.json', 'A-3.json']);
  });

  it('may hold records that affect other ecosystems too', async () => {
    const both = record('A-1', {
      affected: [{ package: { ecosystem: 'Maven:https://example.org', name: 'a:b' } }, ...affected({})],
    });
    const folder = folderOf({ 'a.json': both });
    expect((await take(freshFolder(), 'osv/npm', folder)).count).toBe(1);
    expect((await take(freshFolder(), 'osv/Maven', folder)).count).toBe(1);
  });

  it('is not made of a folder that is named like a record', async () => {
    const folder = freshFolder();
    mkdirSync(join(folder, 'a.json'));
    expect((await failure(take(freshFolder(), 'osv/npm', folder)))?.message).toMatch(/no advisory/);
  });
});
