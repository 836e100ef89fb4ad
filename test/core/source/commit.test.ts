import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchRepository } from '../../../src/core/source/fetch.js';
import { git, LIMITS, overCap, paths, reasons, repository, workshop, write } from './support.js';

const shop = workshop();
const FILES = { 'a.py': 'print(1)\n', 'b/c.txt': 'c', 'b.txt': 'b', empty: '' };

/** Stores a tree object that git itself would not make, and a commit of it. */
function commitTree(repo: string, entries: readonly [mode: string, name: string, id: string][]): string {
  const parts = entries.flatMap(([mode, name, id]) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]);
  const tree = execFileSync('git', ['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'], {
    cwd: repo,
    input: Buffer.concat(parts),
    encoding: 'utf8',
  }).trim();
  return git(repo, 'commit-tree', tree, '-m', 'hostile');
}

describe('a hostile commit', () => {
  it('cannot name paths outside, git folders, or one path twice', async () => {
    const repo = repository(shop.folder(), FILES);
    const blob = git(repo, 'hash-object', '-w', 'a.py');
    const inner = execFileSync('git', ['mktree'], {
      cwd: repo,
      input: `100644 blob ${blob}\tevil.py\n`,
      encoding: 'utf8',
    }).trim();
    const commit = commitTree(repo, [
      ['40000', '..', inner],
      ['40000', '.GIT', inner],
      ['100644', 'a', blob],
      ['40000', 'a', inner],
      ['100644', 'twice.py', blob],
      ['100644', 'twice.py', blob],
    ]);
    const ports = shop.ports();
    const snapshot = await shop.take({ kind: 'git', path: repo, ref: commit }, ports);
    expect(paths(snapshot)).toEqual(['a', 'twice.py']);
    expect(reasons(snapshot)).toEqual(['name ../evil.py', 'name .GIT/evil.py', 'name a/evil.py', 'name twice.py']);
    expect(snapshot).toMatchObject({ dirty: true, subject: { kind: 'tree', baseCommit: commit } });
    expect(ports.events.filter((event) => event.kind === 'path')).toHaveLength(2);
  });

  it('is a fault when a few objects name more bytes or files than the caps allow', async () => {
    const repo = repository(shop.folder(), { big: 'x'.repeat(1000) });
    const blob = git(repo, 'hash-object', 'big');
    const commit = commitTree(
      repo,
      Array.from({ length: 100 }, (_, i) => ['100644', `f${100 + i}`, blob]),
    );
    const taking = (limits: object) =>
      shop.take({ kind: 'git', path: repo, ref: commit }, { limits: { ...LIMITS, ...limits } });
    await expect(taking({ maxTotalBytes: 50_000 })).rejects.toMatchObject(
      overCap('maxTotalSize', 'more than 50000 bytes in all'),
    );
    await expect(taking({ maxFiles: 99 })).rejects.toMatchObject(overCap('maxFiles', 'more than 99 files'));
  });

  it('leaves missing and large blobs unread', async () => {
    const repo = repository(shop.folder(), { ...FILES, big: 'x'.repeat(1000) });
    const id = git(repo, 'hash-object', 'a.py');
    rmSync(join(repo, '.git/objects', id.slice(0, 2), id.slice(2)));
    const snapshot = await shop.take(
      { kind: 'git', path: repo, ref: 'HEAD' },
      { limits: { ...LIMITS, maxFileBytes: 999 } },
    );
    expect(reasons(snapshot)).toEqual(['unreadable a.py', 'too-large big']);
    expect(paths(snapshot)).toEqual(['b.txt', 'b/c.txt', 'empty']);
    expect(snapshot.dirty).toBe(true);
  });

  it.each(['absent', 'HEAD:a.py', '-x', '--all', 'HEAD@{1}', ':/one', 'a..b', 'x\ny'])(
    'refuses %j as a ref',
    async (ref) => {
      const repo = repository(shop.folder(), FILES);
      await expect(shop.take({ kind: 'git', path: repo, ref })).rejects.toMatchObject({
        name: 'Refusal',
        code: 'source',
      });
    },
  );

  it('refuses a folder without a repository', async () => {
    await expect(shop.take({ kind: 'git', path: shop.folder(), ref: 'HEAD' })).rejects.toThrow('not a git repository');
  });
});

describe('a commit of a local clone', () => {
  it('is read from objects, whatever the working tree holds', async () => {
    const repo = repository(shop.folder(), FILES);
    symlinkSync('../outside', join(repo, 'link'));
    git(repo, 'add', '.');
    git(repo, 'commit', '-qm', 'two');
    const clean = await shop.take(repo);
    write(repo, { 'a.py': 'changed', 'new.py': 'new' });
    const snapshot = await shop.take({ kind: 'git', path: repo, ref: 'main' });
    expect(snapshot.subject).toMatchObject({ kind: 'gitCommit', commit: git(repo, 'rev-parse', 'HEAD') });
    expect(snapshot.entries).toEqual(clean.entries);
    expect(snapshot.treeDigest).toBe(clean.treeDigest);
    expect(reasons(snapshot)).toEqual(['symlink-escape link']);
    expect(readFileSync(join(snapshot.folder, 'general/a.py'), 'utf8')).toBe('print(1)\n');
  });

  it("is read right across the ends of the reader's buffer", async () => {
    const files = Object.fromEntries(
      [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [`f${i}`, Buffer.alloc(300_000 + i, `${i}abc`)]),
    );
    const repo = repository(shop.folder(), { ...files, small: 's' });
    const snapshot = await shop.take({ kind: 'git', path: repo, ref: 'HEAD' });
    expect(snapshot.subject.kind).toBe('gitCommit');
    expect(snapshot.entries).toEqual((await shop.take(repo)).entries);
  });

  it('takes older commits, tags, bare clones and large files', async () => {
    const repo = repository(shop.folder(), { 'big.bin': Buffer.alloc(2_500_000, 'xyz') });
    git(repo, 'tag', '-a', 'v1', '-m', 'v1');
    write(repo, { 'a.py': 'later' });
    git(repo, 'add', '.');
    git(repo, 'commit', '-qm', 'two');
    const bare = join(shop.folder(), 'bare.git');
    git(repo, 'clone', '-q', '--bare', repo, bare);
    for (const [path, ref] of [
      [repo, 'HEAD~1'],
      [repo, 'v1'],
      [bare, 'v1'],
    ] as const) {
      const snapshot = await shop.take({ kind: 'git', path, ref });
      expect(paths(snapshot)).toEqual(['big.bin']);
      expect(snapshot.subject).toMatchObject({ kind: 'gitCommit', commit: git(repo, 'rev-parse', 'v1^{commit}') });
    }
  });

  it('obeys path rules', async () => {
    const repo = repository(shop.folder(), { '.env': 'X', 'docs/a': 'a', 'b.py': 'b' });
    const pathRules = [
      { rule: 's', class: 'secret', globs: ['**/.env*'], action: 'sensitive' as const },
      { rule: 'd', class: 'docs', globs: ['docs/**'], action: 'exclude' as const },
    ];
    const snapshot = await shop.take({ kind: 'git', path: repo, ref: 'HEAD' }, { pathRules });
    expect(snapshot.entries.map((entry) => `${entry.class} ${entry.path}`)).toEqual(['sensitive .env', 'general b.py']);
    expect(snapshot.excluded).toEqual([{ rule: 'd', class: 'docs', count: 1 }]);
  });

  it('gives an empty tree an empty snapshot', async () => {
    const repo = shop.folder();
    git(repo, 'init', '-q');
    git(repo, 'commit', '-q', '--allow-empty', '-m', 'empty');
    expect(await shop.take({ kind: 'git', path: repo, ref: 'HEAD' })).toMatchObject({ entries: [], dirty: false });
  });
});

describe('a fetch', () => {
  const fetched = (repo: string, ref: string) => fetchRepository(`file://${repo}`, ref, shop.ports(), ['file']);

  it('brings one ref into a bare repository', async () => {
    const repo = repository(shop.folder(), FILES);
    git(repo, 'tag', 'v1');
    for (const ref of ['HEAD', 'main', 'v1', git(repo, 'rev-parse', 'HEAD')]) {
      const snapshot = await shop.take({ kind: 'git', path: await fetched(repo, ref), ref: 'refs/scan/source' });
      expect(snapshot.subject).toMatchObject({ kind: 'gitCommit', commit: git(repo, 'rev-parse', 'HEAD') });
    }
  });

  it('is a fault when the ref or repository is not there', async () => {
    const repo = repository(shop.folder(), FILES);
    await expect(fetched(repo, 'absent')).rejects.toMatchObject({ name: 'Fault', code: 'snapshot' });
    await expect(fetched('/nonexistent', 'HEAD')).rejects.toThrow('cannot be fetched');
  });

  it.each(['ext::sh -c evil', 'file:///etc', 'git://host/repo', 'http://host/repo'])(
    'refuses %s, whoever asks',
    async (url) => {
      await expect(shop.take({ kind: 'git', url, ref: 'HEAD' })).rejects.toMatchObject({
        name: 'Refusal',
        code: 'source',
      });
    },
  );

  it.each(['--upload-pack=evil', 'a:b', ''])('refuses the ref %j, whoever asks', async (ref) => {
    await expect(shop.take({ kind: 'git', url: 'https://host.invalid/x', ref })).rejects.toMatchObject({
      name: 'Refusal',
    });
  });
});
