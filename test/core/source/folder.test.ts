import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git, LIMITS, overCap, paths, reasons, repository, workshop, write } from './support.js';

const shop = workshop();
const raw = (folder: string, name: Buffer): Buffer => Buffer.concat([Buffer.from(`${folder}/`), name]);

describe('a hostile folder', () => {
  it('lists links that leave it, and links to what is not scanned, and follows none', async () => {
    const folder = write(shop.folder(), { 'in/a.txt': 'a', '.git-not/x': 'x', 'sub/.git/hooks/evil.py': 'evil' });
    symlinkSync('/etc/passwd', join(folder, 'passwd.py'));
    symlinkSync('../../../etc/passwd', join(folder, 'in/up.py'));
    symlinkSync('in/a.txt', join(folder, 'fine'));
    symlinkSync('in', join(folder, 'folder'));
    symlinkSync('folder/../../x', join(folder, 'through'));
    symlinkSync('nothing', join(folder, 'dangling'));
    symlinkSync('sub/.git/hooks/evil.py', join(folder, 'hidden.py'));
    symlinkSync('loop', join(folder, 'loop'));
    const ports = shop.ports();
    const snapshot = await shop.take(folder, ports);
    expect(reasons(snapshot)).toEqual([
      'link-unscanned hidden.py',
      'symlink-escape in/up.py',
      'symlink-escape passwd.py',
      'symlink-escape through',
    ]);
    const links = snapshot.entries.filter(({ mode }) => mode === '120000').map(({ path }) => path);
    expect(links).toEqual(['dangling', 'fine', 'folder', 'hidden.py', 'in/up.py', 'loop', 'passwd.py', 'through']);
    expect(paths(snapshot)).not.toContain('sub/.git/hooks/evil.py');
    expect(snapshot.excluded).toEqual([{ rule: '.git', class: 'git-folder', count: 1 }]);
    const refused = ports.events.filter((event) => event.kind === 'path' && event.decision === 'refused');
    expect(refused).toHaveLength(3);
  });

  it('lists FIFOs, sockets and devices without opening them', async () => {
    const folder = write(shop.folder(), { 'a.txt': 'a' });
    execFileSync('mkfifo', [join(folder, 'pipe.py')]);
    const server = createServer().listen(join(folder, 'socket'));
    const snapshot = await shop.take(folder);
    server.close();
    expect(reasons(snapshot)).toEqual(['special-file pipe.py', 'special-file socket']);
    expect(paths(snapshot)).toEqual(['a.txt']);
  });

  it('leaves a 2 GB sparse file unread at once', async () => {
    const folder = write(shop.folder(), { 'a.txt': 'a', 'big.bin': '' });
    truncateSync(join(folder, 'big.bin'), 2 ** 31);
    const started = performance.now();
    const snapshot = await shop.take(folder);
    expect(reasons(snapshot)).toEqual(['too-large big.bin']);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('takes names that tools cannot bear under other names', async () => {
    const folder = shop.folder();
    const names = [
      'new\nline.py',
      '-rf.py',
      'rtl\u202egpj.py',
      'back\\slash.py',
      'Same.txt',
      'same.txt',
      'caf\u00e9.py',
      'esc\u001b[31m.py',
    ];
    for (const name of names) writeFileSync(join(folder, name), name);
    writeFileSync(raw(folder, Buffer.from([0x62, 0xff, 0x2e, 0x70, 0x79])), 'bad utf-8');
    const snapshot = await shop.take(folder);
    expect(new Set(paths(snapshot))).toEqual(new Set([...names, '%~b%FF.py']));
    for (const { path, at, class: kind } of snapshot.entries) {
      const content = readFileSync(join(snapshot.folder, kind, at), 'utf8');
      expect(content).toBe(path === '%~b%FF.py' ? 'bad utf-8' : path);
      if (path !== 'caf\u00e9.py') expect(at).toMatch(/^_x[0-9a-f]{32}\.(?:py|txt)$/);
    }
    expect(reasons(snapshot)).toEqual([]);
  });

  it('leaves what is too deep unread and goes on', async () => {
    const folder = write(shop.folder(), { 'a.txt': 'a' });
    const script = 'for i in $(seq 600); do mkdir -p dddddddddd && cd dddddddddd; done; echo x > evil.py';
    execFileSync('bash', ['-c', script], { cwd: folder });
    try {
      const snapshot = await shop.take(folder);
      expect(paths(snapshot)).toEqual(['a.txt']);
      expect(snapshot.unread).toMatchObject([{ reason: 'name', detail: 'more than 128 folders deep' }]);
      // Longer than the system's own limit on a path.
      expect((await shop.take(folder, { limits: { ...LIMITS, maxDepth: 1000 } })).unread).toHaveLength(1);
    } finally {
      execFileSync('rm', ['-rf', folder]);
    }
  });

  it.each([
    ['maxFiles', { maxFiles: 2 }, 'more than 2 files'],
    ['maxTotalSize', { maxTotalBytes: 5 }, 'more than 5 bytes in all'],
  ])('is a fault over %s that names the source and the cap', async (key, limit, message) => {
    const folder = write(shop.folder(), { a: 'aaa', b: 'bbb', c: 'ccc' });
    const taking = shop.take(folder, { limits: { ...LIMITS, ...limit } });
    await expect(taking).rejects.toMatchObject(overCap(key, message));
    await expect(taking).rejects.toThrow(folder);
  });

  it('is a fault with more folders than the cap', async () => {
    const folder = shop.folder();
    for (const name of ['a', 'b', 'c']) mkdirSync(join(folder, name));
    await expect(shop.take(folder, { limits: { ...LIMITS, maxFiles: 2 } })).rejects.toMatchObject(
      overCap('maxFiles', 'more than 2 folders'),
    );
  });

  it('refuses what is not a folder', async () => {
    const folder = write(shop.folder(), { file: 'x' });
    await expect(shop.take(join(folder, 'file'))).rejects.toMatchObject({ code: 'source' });
    await expect(shop.take(join(folder, 'absent'))).rejects.toMatchObject({ code: 'source' });
  });

  it.skipIf(process.geteuid?.() !== 0)(
    'reads a tree of another owner as that owner, and lists what he may not read',
    async () => {
      const folder = write(shop.folder(), { 'a.txt': 'a', 'secret.txt': 's', 'closed/b.txt': 'b' });
      chmodSync(join(folder, 'secret.txt'), 0o000);
      chmodSync(join(folder, 'closed'), 0o000);
      for (const path of ['', 'a.txt', 'secret.txt', 'closed', 'closed/b.txt'])
        chownSync(join(folder, path), 54321, 54321);
      chmodSync(folder, 0o700);
      const snapshot = await shop.take(folder);
      expect(paths(snapshot)).toEqual(['a.txt']);
      expect(snapshot.unread).toEqual([
        { path: 'closed', reason: 'unreadable', detail: 'the folder cannot be listed (EACCES)' },
        { path: 'secret.txt', reason: 'unreadable', detail: 'cannot be read (EACCES)' },
      ]);
    },
  );
});

describe('a plain folder', () => {
  it('gives every file, with hashes, modes and classes', async () => {
    const folder = write(shop.folder(), {
      'a.py': 'print(1)\n',
      '.env': 'X=1',
      'b/KEY.PEM': 'k',
      'node_modules/x.js': 'x',
      '.gitignore': '*',
    });
    chmodSync(join(folder, 'a.py'), 0o755);
    const pathRules = [
      { rule: 'keys', class: 'secret', globs: ['**/.env*', '**/*.pem'], action: 'sensitive' as const },
      { rule: 'packages', class: 'dependency', globs: ['**/node_modules/**'], action: 'exclude' as const },
    ];
    const snapshot = await shop.take(folder, { pathRules });
    expect(snapshot.entries.map(({ path, class: kind, mode }) => [path, kind, mode])).toEqual([
      ['.env', 'sensitive', '100644'],
      ['.gitignore', 'general', '100644'],
      ['a.py', 'general', '100755'],
      ['b/KEY.PEM', 'sensitive', '100644'],
    ]);
    expect(snapshot.entries[2]).toMatchObject({
      size: 9,
      sha256: execFileSync('sha256sum', [join(folder, 'a.py')], { encoding: 'utf8' }).slice(0, 64),
      gitBlob: execFileSync('git', ['hash-object', join(folder, 'a.py')], { encoding: 'utf8' }).trim(),
      tracked: false,
    });
    expect(snapshot.excluded).toEqual([{ rule: 'packages', class: 'dependency', count: 1 }]);
    expect(snapshot.subject).toEqual({ kind: 'tree', digest: snapshot.treeDigest });
    expect(snapshot.dirty).toBe(false);
    expect(statSync(join(snapshot.folder, 'sensitive/.env')).isFile()).toBe(true);
  });

  it('holds every file, also what a rule leaves out where git does not track it', async () => {
    const folder = write(shop.folder(), { 'node_modules/x.js': 'x' });
    const pathRules = [
      { rule: 'r', class: 'c', globs: ['**/node_modules/**'], action: 'exclude', unlessTracked: true },
    ] as const;
    expect(await shop.take(folder, { pathRules })).toMatchObject({
      entries: [{ path: 'node_modules/x.js', tracked: false }],
      excluded: [],
    });
    git(folder, 'init', '-q');
    expect(paths(await shop.take(folder, { pathRules }))).toEqual(['node_modules/x.js']);
    repository(folder, {});
    write(folder, { 'node_modules/new.js': 'n' });
    expect(await shop.take(folder, { pathRules })).toMatchObject({
      entries: [{ tracked: true }],
      excluded: [{ count: 1 }],
    });
  });

  it('has the same digest elsewhere, under another umask, with other times', async () => {
    const files = { 'a.py': 'print(1)\n', 'b/\u{1f600}.txt': 'x', 'b/\uffee.txt': 'y', 'B/z': 'z' };
    const one = await shop.take(write(shop.folder(), files));
    const umask = process.umask(0o077);
    const two = await shop.take(write(shop.folder(), Object.fromEntries(Object.entries(files).reverse())));
    process.umask(umask);
    expect(two.treeDigest).toBe(one.treeDigest);
    expect(two.entries).toEqual(one.entries);
  });

  it('is another tree when a file is not read than when it is not there', async () => {
    const folder = write(shop.folder(), { a: 'aaa', big: 'bbbbbbbbbb' });
    const limits = { ...LIMITS, maxFileBytes: 5 };
    const unread = await shop.take(folder, { limits });
    rmSync(join(folder, 'big'));
    expect((await shop.take(folder, { limits })).treeDigest).not.toBe(unread.treeDigest);
  });

  it('streams large files', async () => {
    const content = Buffer.alloc(3_000_000, 'abcdefg');
    const folder = write(shop.folder(), { 'big.bin': content });
    const [entry] = (await shop.take(folder)).entries;
    expect(entry?.gitBlob).toBe(
      execFileSync('git', ['hash-object', join(folder, 'big.bin')], { encoding: 'utf8' }).trim(),
    );
  });

  it('notes an LFS pointer, and nothing that only begins like one', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`;
    const snapshot = await shop.take(
      write(shop.folder(), { 'model.bin': pointer, 'evil.py': `${pointer}import os\nos.system()\n` }),
    );
    expect(paths(snapshot)).toEqual(['evil.py', 'model.bin']);
    expect(reasons(snapshot)).toEqual(['lfs-pointer model.bin']);
  });

  it('stops when the run is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    const folder = repository(shop.folder(), { a: 'a' });
    await expect(shop.take(folder, { signal: controller.signal })).rejects.toMatchObject({
      name: 'Fault',
      code: 'snapshot',
    });
  });
});
