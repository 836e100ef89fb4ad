import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { git, paths, reasons, repository, workshop, write } from './support.js';

const shop = workshop();
const FILES = { 'a.py': 'print(1)\n', 'b/c.txt': 'c', 'b.txt': 'b', 'b-d/x': 'x' };

const replaceByLink = (repo: string): void => {
  rmSync(join(repo, 'b.txt'));
  symlinkSync('a.py', join(repo, 'b.txt'));
};

const hideEdit = (flag: string) => (repo: string) => {
  git(repo, 'update-index', flag, 'a.py');
  write(repo, { 'a.py': 'evil()\n' });
};

describe('a working tree that differs from its commit', () => {
  const cases: [string, (repo: string) => void][] = [
    ['an edited file', (repo) => write(repo, { 'a.py': 'print(2)\n' })],
    ['a missing file', (repo) => rmSync(join(repo, 'b.txt'))],
    ['a new file', (repo) => write(repo, { 'new.py': 'x' })],
    ['another mode', (repo) => chmodSync(join(repo, 'a.py'), 0o755)],
    ['a file that became a link', replaceByLink],
    ['an edited file behind assume-unchanged', hideEdit('--assume-unchanged')],
    ['an edited file behind skip-worktree', hideEdit('--skip-worktree')],
    [
      'a file that git would convert',
      (repo) => {
        write(repo, { '.gitattributes': 'a.py text eol=crlf\n', 'a.py': 'print(1)\r\n' });
        git(repo, 'add', '.');
        git(repo, 'commit', '-qm', 'two');
      },
    ],
    ['a sparse checkout', (repo) => git(repo, 'sparse-checkout', 'set', '--no-cone', 'a.py')],
  ];
  it.each(cases)('is dirty with %s', async (_name, change) => {
    const repo = repository(shop.folder(), FILES);
    change(repo);
    const snapshot = await shop.take(repo);
    expect(snapshot.dirty).toBe(true);
    expect(snapshot.subject).toEqual({
      kind: 'tree',
      digest: snapshot.treeDigest,
      baseCommit: git(repo, 'rev-parse', 'HEAD'),
      time: '2024-01-02T03:04:05Z',
    });
  });

  it('is dirty when a tracked file was not read', async () => {
    const repo = repository(shop.folder(), FILES);
    const pathRules = [{ rule: 'r', class: 'c', globs: ['b/**'], action: 'exclude' as const }];
    expect((await shop.take(repo, { pathRules })).dirty).toBe(true);
    const spared = await shop.take(repo, { pathRules: pathRules.map((rule) => ({ ...rule, unlessTracked: true })) });
    expect(spared).toMatchObject({ dirty: false, excluded: [] });
  });
});

describe('what is in scope', () => {
  it('leaves out untracked files that .gitignore names, and no tracked ones', async () => {
    const repo = repository(shop.folder(), {
      '.gitignore': 'node_modules/\n*.log\nbuild\n',
      'node_modules/tracked.js': 't',
      'deep/tracked.log': 't',
    });
    write(repo, {
      'node_modules/x/y.js': 'y',
      'deep/other.log': 'o',
      'build/out/z': 'z',
      'new.py': 'n',
      'staged.log': 's',
    });
    git(repo, 'add', '-f', 'staged.log');
    git(repo, 'rm', '-q', '--cached', 'deep/tracked.log');
    const snapshot = await shop.take(repo);
    expect(paths(snapshot)).toEqual([
      '.gitignore',
      'deep/tracked.log',
      'new.py',
      'node_modules/tracked.js',
      'staged.log',
    ]);
    expect(snapshot.entries.filter(({ tracked }) => !tracked).map(({ path }) => path)).toEqual(['new.py']);
    expect(snapshot.ignored).toBe(3);
  });

  it('does not let the repository hide files in places that no clone has', async () => {
    const repo = repository(shop.folder(), { 'a.py': 'a', '.gitignore': 'EVIL.PY\n' });
    write(repo, { '.git/info/exclude': '*\n', 'hidden/evil.py': 'evil', excludes: '*\n' });
    git(repo, 'config', 'core.excludesFile', join(repo, 'excludes'));
    git(repo, 'config', 'core.ignoreCase', 'true');
    git(join(repo, 'hidden'), 'init', '-q');
    const snapshot = await shop.take(repo);
    expect(paths(snapshot)).toContain('hidden/evil.py');
    expect(snapshot.ignored).toBe(0);
    expect(snapshot.excluded).toEqual([{ rule: '.git', class: 'git-folder', count: 1 }]);
  });

  it('scans every file, ignored or not, while there is no commit', async () => {
    const repo = write(shop.folder(), { 'a.py': 'a', '.gitignore': '*\n' });
    git(repo, 'init', '-q');
    const snapshot = await shop.take(repo);
    expect(paths(snapshot)).toEqual(['.gitignore', 'a.py']);
    expect(snapshot).toMatchObject({ dirty: false, subject: { kind: 'tree' }, unread: [] });
  });

  it('lists submodules, and files below a path that is one no more', async () => {
    const inner = repository(shop.folder(), { 'evil.py': 'evil' });
    const repo = repository(shop.folder(), { 'a.py': 'a' });
    git(repo, 'submodule', '--quiet', 'add', inner, 'lib');
    git(repo, 'commit', '-qm', 'two');
    const snapshot = await shop.take(repo);
    expect(reasons(snapshot)).toEqual(['submodule lib']);
    expect(paths(snapshot)).toEqual(['.gitmodules', 'a.py']);
    expect(snapshot.dirty).toBe(false);
    rmSync(join(repo, 'lib'), { recursive: true });
    expect((await shop.take(repo)).dirty).toBe(true);
  });
});

describe('a hostile repository', () => {
  it('is not misled by replace refs, grafts or a commit graph', async () => {
    const repo = repository(shop.folder(), FILES);
    const first = git(repo, 'rev-parse', 'HEAD');
    write(repo, { 'a.py': 'print(3)\n' });
    git(repo, 'commit', '-qam', 'two');
    const second = git(repo, 'rev-parse', 'HEAD');
    git(repo, 'replace', second, first);
    write(repo, { '.git/info/grafts': `${second}\n` });
    const snapshot = await shop.take(repo);
    expect(snapshot.subject).toMatchObject({ kind: 'gitCommit', commit: second });
  });

  it('believes no commit object that is not what its name says', async () => {
    const repo = repository(shop.folder(), FILES);
    const head = git(repo, 'rev-parse', 'HEAD');
    const content = Buffer.from(git(repo, 'cat-file', 'commit', 'HEAD').replace('one', 'two'));
    const path = join(repo, '.git/objects', head.slice(0, 2), head.slice(2));
    rmSync(path);
    writeFileSync(path, deflateSync(Buffer.concat([Buffer.from(`commit ${content.length}\0`), content])));
    const snapshot = await shop.take(repo);
    expect(snapshot.subject).toEqual({ kind: 'tree', digest: snapshot.treeDigest });
    expect(reasons(snapshot)).toEqual(['unreadable .git']);
  });

  it('is a fault when git cannot read it', async () => {
    const repo = repository(shop.folder(), FILES);
    git(repo, 'config', 'core.repositoryformatversion', '1');
    git(repo, 'config', 'extensions.evil', 'true');
    await expect(shop.take(repo)).rejects.toMatchObject({ name: 'Fault', code: 'snapshot' });
  });

  it('survives a broken index, and says what may be missed', async () => {
    const repo = repository(shop.folder(), FILES);
    writeFileSync(join(repo, '.git/index'), 'DIRCnonsense');
    const snapshot = await shop.take(repo);
    expect(snapshot.subject.kind).toBe('gitCommit');
    expect(reasons(snapshot)).toEqual(['unreadable .git/index']);
  });

  it('scans every file when HEAD names a commit that is not there', async () => {
    const repo = repository(shop.folder(), FILES);
    write(repo, { '.gitignore': '*\n', 'evil.py': 'x' });
    writeFileSync(join(repo, '.git/HEAD'), `${'1'.repeat(40)}\n`);
    const snapshot = await shop.take(repo);
    expect(paths(snapshot)).toContain('evil.py');
    expect(reasons(snapshot)).toEqual(['unreadable .git']);
  });
});

describe('where the git data is', () => {
  it('refuses git data outside the source unless that is allowed', async () => {
    const repo = repository(shop.folder(), FILES);
    const tree = join(shop.folder(), 'tree');
    git(repo, 'worktree', 'add', '-q', tree, '-b', 'other');
    await expect(shop.take(tree)).rejects.toThrow('--allow-git-dir');
    const snapshot = await shop.take({ kind: 'folder', path: tree, allowGitDir: true });
    expect(snapshot.subject).toMatchObject({ kind: 'gitCommit', commit: git(repo, 'rev-parse', 'HEAD') });
    expect(paths(snapshot)).toEqual(['a.py', 'b-d/x', 'b.txt', 'b/c.txt']);
  });

  it('refuses objects borrowed from outside the source unless that is allowed', async () => {
    const repo = repository(shop.folder(), FILES);
    const clone = join(shop.folder(), 'clone');
    git(repo, 'clone', '-q', '--shared', repo, clone);
    await expect(shop.take(clone)).rejects.toThrow('outside the source');
    const snapshot = await shop.take({ kind: 'folder', path: clone, allowGitDir: true });
    expect(snapshot.subject.kind).toBe('gitCommit');
  });

  it.each([
    ['a .git file that names any folder', (repo: string) => writeFileSync(join(repo, '.git'), 'gitdir: /etc\n')],
    ['a .git that is a link', (repo: string) => symlinkSync('/etc', join(repo, '.git'))],
    ['a .git that is a FIFO', (repo: string) => execFileSync('mkfifo', [join(repo, '.git')])],
    ['a .git file of nonsense', (repo: string) => writeFileSync(join(repo, '.git'), 'nonsense')],
    ['a huge .git file', (repo: string) => writeFileSync(join(repo, '.git'), Buffer.alloc(1e6, 'g'))],
  ])('refuses %s', async (_name, make) => {
    const repo = write(shop.folder(), FILES);
    make(repo);
    await expect(shop.take(repo)).rejects.toMatchObject({ name: 'Refusal', code: 'source' });
  });

  it.each([
    ['an empty folder', {}],
    ['a HEAD alone', { '.git/HEAD': 'ref: refs/heads/main\n' }],
    ['a HEAD of nonsense', { '.git/HEAD': 'nonsense', '.git/objects/x': '', '.git/refs/x': '' }],
  ])('refuses a .git that is no repository: %s', async (_name, files) => {
    const repo = write(shop.folder(), { ...FILES, ...files });
    mkdirSync(join(repo, '.git'), { recursive: true });
    const taking = shop.take(repo);
    await expect(taking).rejects.toMatchObject({ name: 'Refusal', code: 'source' });
    await expect(taking).rejects.toThrow(/\.git is not a git repository.*\n +Remove it/);
  });

  it('refuses a git folder whose parts are links', async () => {
    const repo = repository(shop.folder(), FILES);
    const outside = join(shop.folder(), 'objects');
    renameSync(join(repo, '.git/objects'), outside);
    symlinkSync(outside, join(repo, '.git/objects'));
    await expect(shop.take(repo)).rejects.toThrow('symbolic link');
  });

  it('refuses a bare repository, whose files are in no folder', async () => {
    const repo = repository(shop.folder(), FILES);
    const bare = join(shop.folder(), 'bare');
    git(repo, 'clone', '-q', '--bare', repo, bare);
    write(bare, { 'evil.py': 'x' });
    await expect(shop.take(bare)).rejects.toThrow('#HEAD');
  });
});

describe('kinds of repository', () => {
  it('reads sha256 objects', async () => {
    const repo = repository(shop.folder(), FILES, '--object-format=sha256');
    const { subject, entries } = await shop.take(repo);
    expect(subject).toMatchObject({ kind: 'gitCommit', commit: git(repo, 'rev-parse', 'HEAD') });
    expect(entries[0]?.gitBlob).toBe(git(repo, 'hash-object', 'a.py'));
  });

  it('reads a detached HEAD', async () => {
    const repo = repository(shop.folder(), FILES);
    git(repo, 'checkout', '-q', '--detach');
    expect((await shop.take(repo)).subject.kind).toBe('gitCommit');
  });

  it('notes a shallow clone', async () => {
    const repo = repository(shop.folder(), FILES);
    appendFileSync(join(repo, 'a.py'), '#\n');
    git(repo, 'commit', '-qam', 'two');
    const clone = join(shop.folder(), 'clone');
    git(repo, 'clone', '-q', '--depth=1', `file://${repo}`, clone);
    const snapshot = await shop.take(clone);
    expect(reasons(snapshot)).toEqual(['shallow .git']);
    expect(snapshot).toMatchObject({ dirty: false, treeDigest: (await shop.take(repo)).treeDigest });
  });

  it('gives an empty commit an empty snapshot', async () => {
    const repo = shop.folder();
    git(repo, 'init', '-q');
    git(repo, 'commit', '-q', '--allow-empty', '-m', 'empty');
    mkdirSync(join(repo, 'empty'));
    expect(await shop.take(repo)).toMatchObject({ entries: [], dirty: false, subject: { kind: 'gitCommit' } });
  });
});
