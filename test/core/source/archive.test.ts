import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { runWorker } from '../../../src/core/source/worker.js';
import { git, LIMITS, overCap, paths, reasons, repository, workshop, write } from './support.js';

const shop = workshop();

type Header = Parameters<ReturnType<typeof pack>['entry']>[0];

async function tar(members: readonly [Header, string?][]): Promise<Buffer> {
  const archive = pack();
  for (const [header, content] of members) archive.entry({ mtime: new Date(0), ...header }, content ?? '');
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

interface ZipMember {
  name: string;
  content?: string | Buffer;
  attributes?: number;
  crc?: number;
  flags?: number;
  declared?: number;
}

function zip(members: readonly ZipMember[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content = '', attributes = 0o100644, crc, flags = 0, declared } of members) {
    const data = Buffer.from(content);
    const packed = deflateRawSync(data);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(flags, 2);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc ?? crc32(data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(declared ?? data.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((attributes << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), fields, tail, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function take(bytes: Buffer, format: 'tar' | 'zip' = 'tar', more = {}) {
  const path = join(shop.folder(), 'archive');
  writeFileSync(path, bytes);
  return shop.take({ kind: 'archive', path, format }, more);
}

describe('a hostile tar', () => {
  it('cannot write outside: such members are left unread and audited', async () => {
    const ports = shop.ports();
    const bytes = await tar([
      [{ name: 'a.py' }, 'a'],
      [{ name: '../../etc/cron.d/evil' }, 'x'],
      [{ name: '/etc/evil' }, 'x'],
      [{ name: 'b/../../evil' }, 'x'],
      [{ name: '..\\evil' }, 'x'],
      [{ name: 'C:\\evil' }, 'x'],
      [{ name: 'out', type: 'symlink', linkname: '/etc' }],
      [{ name: 'out/passwd' }, 'x'],
      [{ name: 'hard', type: 'link', linkname: '/etc/passwd' }],
      [{ name: 'null', type: 'character-device', devmajor: 1, devminor: 3 }],
      [{ name: 'pipe', type: 'fifo' }],
    ]);
    const snapshot = await take(bytes, 'tar', ports);
    expect(paths(snapshot)).toEqual(['a.py', 'out']);
    expect(reasons(snapshot)).toEqual([
      'name ../../etc/cron.d/evil',
      'name ..\\evil',
      'name /etc/evil',
      'name C:\\evil',
      'name b/../../evil',
      'symlink-escape hard',
      'special-file null',
      'symlink-escape out',
      'name out/passwd',
      'special-file pipe',
    ]);
    expect(ports.events.filter((event) => event.kind === 'path')).toHaveLength(10);
  });

  it('says it when a path comes twice, and keeps the first', async () => {
    const snapshot = await take(
      await tar([
        [{ name: 'a.py' }, 'first'],
        [{ name: './a.py' }, 'second!'],
        [{ name: 'A.py' }, 'case'],
      ]),
    );
    expect(snapshot.entries.map(({ path, size }) => [path, size])).toEqual([
      ['A.py', 4],
      ['a.py', 5],
    ]);
    expect(reasons(snapshot)).toEqual(['name a.py']);
  });

  it('holds every file, and lists links to what the operator left out', async () => {
    const exclude = { rule: 'r', class: 'c', action: 'exclude' } as const;
    const snapshot = await take(
      await tar([
        [{ name: 'node_modules/x.js' }, 'x'],
        [{ name: 'left/out/b.py' }, 'b'],
        [{ name: 'link', type: 'symlink', linkname: 'left/out' }],
        [{ name: 'nothing', type: 'symlink', linkname: 'left/absent' }],
      ]),
      'tar',
      {
        pathRules: [
          { ...exclude, globs: ['**/node_modules/**'], unlessTracked: true },
          { ...exclude, globs: ['left/**'] },
        ],
      },
    );
    expect(paths(snapshot)).toEqual(['link', 'node_modules/x.js', 'nothing']);
    expect(reasons(snapshot)).toEqual(['link-unscanned link']);
  });

  it('never reads a .git, and counts what was in it', async () => {
    const snapshot = await take(
      await tar([
        [{ name: '.git/config' }, 'x'],
        [{ name: 'sub/.git/hooks/evil.py' }, 'x'],
        [{ name: 'a' }, 'a'],
      ]),
    );
    expect(paths(snapshot)).toEqual(['a']);
    expect(snapshot.excluded).toEqual([{ rule: '.git', class: 'git-folder', count: 2 }]);
    expect(snapshot.subject.kind).toBe('tree');
  });

  it('leaves sparse and unknown members unread', async () => {
    const bytes = await tar([
      [{ name: 'a', pax: { 'GNU.sparse.major': '1' } }, 'x'],
      [{ name: 'b' }, 'b'],
    ]);
    expect(reasons(await take(bytes))).toEqual(['unsupported a']);
  });

  it('is a fault when it expands too far, is too large, or has too many files', async () => {
    const bomb = gzipSync(await tar([[{ name: 'zeros' }, '\0'.repeat(40_000_000)]]));
    await expect(take(bomb)).rejects.toMatchObject(overCap('maxArchiveRatio', 'expands to more than 200 times'));
    const limits = { ...LIMITS, maxFiles: 1, maxTotalBytes: 10 };
    await expect(take(await tar([[{ name: 'a' }, 'x'.repeat(11)]]), 'tar', { limits })).rejects.toMatchObject(
      overCap('maxTotalSize', 'more than 10 bytes in all'),
    );
    await expect(take(await tar([[{ name: 'a' }], [{ name: 'b' }]]), 'tar', { limits })).rejects.toMatchObject(
      overCap('maxFiles', 'more than 1 files'),
    );
    const large = await take(await tar([[{ name: 'a' }, 'x'.repeat(20)]]), 'tar', {
      limits: { ...LIMITS, maxFileBytes: 19 },
    });
    expect(reasons(large)).toEqual(['too-large a']);
  });

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, 700)],
    ['cut off between members', (bytes: Buffer) => bytes.subarray(0, 1024)],
    ['empty', () => Buffer.alloc(0)],
    ['nonsense', () => Buffer.alloc(5000, 'nonsense')],
    ['gzipped and cut off', (bytes: Buffer) => gzipSync(bytes).subarray(0, 60)],
    ['gzipped nonsense', () => Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8])],
    [
      'with a broken header',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 1024), Buffer.alloc(512, 1), Buffer.alloc(1024)]),
    ],
  ])('is refused when it is %s', async (_name, damage) => {
    const bytes = await tar([
      [{ name: 'a.py' }, 'a'],
      [{ name: 'b.py' }, 'b'],
    ]);
    await expect(take(damage(bytes))).rejects.toMatchObject({ name: 'Refusal', code: 'source' });
  });
});

describe('a hostile zip', () => {
  it('cannot write outside', async () => {
    const bytes = zip([
      { name: 'a.py', content: 'a', attributes: 0o100755 },
      { name: '../evil', content: 'x' },
      { name: '/etc/evil', content: 'x' },
      { name: 'link', content: '../../etc/passwd', attributes: 0o120777 },
      { name: 'pipe', attributes: 0o010644 },
      { name: '.git/config', content: 'x' },
    ]);
    const snapshot = await take(bytes, 'zip');
    expect(snapshot.entries.map(({ path, mode }) => [path, mode])).toEqual([
      ['a.py', '100755'],
      ['link', '120000'],
    ]);
    expect(reasons(snapshot)).toEqual(['name ../evil', 'name /etc/evil', 'symlink-escape link', 'special-file pipe']);
  });

  it('leaves members unread that are encrypted, or not what the directory says', async () => {
    const bytes = zip([
      { name: 'encrypted', content: 'x', flags: 1 },
      { name: 'checksum', content: 'x', crc: 1 },
      { name: 'longer', content: 'xxxxx', declared: 2 },
      { name: 'fine', content: 'fine' },
    ]);
    const snapshot = await take(bytes, 'zip');
    expect(paths(snapshot)).toEqual(['fine']);
    expect(reasons(snapshot)).toEqual(['unreadable checksum', 'unsupported encrypted', 'unreadable longer']);
  });

  it('is refused when it is a bomb or broken', async () => {
    const bomb = zip([{ name: 'zeros', content: Buffer.alloc(40_000_000) }]);
    await expect(take(bomb, 'zip')).rejects.toThrow('expands');
    await expect(take(Buffer.from('PK nonsense'), 'zip')).rejects.toThrow('not a readable zip');
    const whole = zip([{ name: 'a', content: 'a' }]);
    whole.writeUInt32LE(0xffffff, whole.length - 6);
    await expect(take(whole, 'zip')).rejects.toMatchObject({ code: 'source' });
  });
});

describe('an archive', () => {
  it('gives what the folder gives, in each format, without the one folder around it', async () => {
    const files = {
      'a.py': 'print(1)\n',
      'b/\u{1f600} x.txt': 'x',
      [`long/${'n'.repeat(120)}/${'m'.repeat(120)}.txt`]: 'long',
    };
    const repo = repository(shop.folder(), files);
    const { treeDigest } = await shop.take(repo);
    const out = shop.folder();
    for (const [format, name] of [
      ['tar', 'r.tar'],
      ['tar.gz', 'r.tar.gz'],
      ['zip', 'r.zip'],
    ] as const) {
      git(repo, 'archive', `--format=${format}`, '--prefix=repo-main/', '-o', join(out, name), 'HEAD');
      const kind = format === 'zip' ? 'zip' : 'tar';
      const snapshot = await shop.take({ kind: 'archive', path: join(out, name), format: kind });
      expect(snapshot.treeDigest).toBe(treeDigest);
      expect(snapshot.unread).toEqual([]);
      expect(readFileSync(join(snapshot.folder, 'general/a.py'), 'utf8')).toBe('print(1)\n');
    }
  });

  it('keeps bytes of names, hard links and large files of GNU tar', async () => {
    const folder = write(shop.folder(), { 'big.bin': Buffer.alloc(2_000_000, 'xyz'), 'a.txt': 'a' });
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0x2e, 0x63])]), 'c');
    execFileSync('ln', ['a.txt', 'z.txt'], { cwd: folder });
    const file = join(shop.folder(), 'x.tgz');
    execFileSync('tar', ['-czf', file, '--sort=name', '.'], { cwd: folder });
    const snapshot = await shop.take({ kind: 'archive', path: file, format: 'tar' });
    expect(snapshot.treeDigest).toBe((await shop.take(folder)).treeDigest);
    expect(paths(snapshot)).toEqual(['%~%FF.c', 'a.txt', 'big.bin', 'z.txt']);
  });

  it('comes on standard input too', async () => {
    const file = join(shop.folder(), 'x.tgz');
    writeFileSync(
      file,
      gzipSync(
        await tar([
          [{ name: 'top/a.py' }, 'a'],
          [{ name: 'top/b/c' }, 'c'],
        ]),
      ),
    );
    const stdin = openSync(file, 'r');
    const snapshot = await runWorker({ source: '-', kind: 'tar', stdin }, shop.ports());
    closeSync(stdin);
    expect(paths(snapshot)).toEqual(['a.py', 'b/c']);
  });

  it('is left as it is', async () => {
    const file = join(shop.folder(), 'x.tar');
    writeFileSync(file, await tar([[{ name: 'a' }, 'a']]));
    truncateSync(file, 100);
    await expect(shop.take({ kind: 'archive', path: file, format: 'tar' })).rejects.toThrow('cut off');
    expect(readFileSync(file)).toHaveLength(100);
  });
});
