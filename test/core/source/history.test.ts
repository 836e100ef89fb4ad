import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { END_OF_HISTORY, MERGE_FOLDER, placeInHistory } from '../../../src/core/lib/history-marks.js';
import { type History, takeHistory } from '../../../src/core/source/history.js';
import type { SourceRequest } from '../../../src/core/source/snapshot.js';
import { git, LIMITS, repository, workshop, write } from './support.js';

const shop = workshop();
/** Stands for a secret: what must, or must not, be in the copy. */
const WANTED = 'wanted-text';

async function historyOf(source: SourceRequest | string, maxTotalBytes = LIMITS.maxTotalBytes): Promise<History> {
  const snapshot = await shop.take(source);
  return takeHistory(snapshot, { ...shop.ports(), limits: { ...LIMITS, maxTotalBytes } });
}

async function copyOf(source: SourceRequest | string): Promise<string> {
  const history = await historyOf(source);
  if ('none' in history) throw new Error(history.none);
  return history.folder;
}

/** What a tool that walks the copy sees, by a git without any rights to more. */
const shown = (copy: string, ...more: string[]): string =>
  git(
    copy,
    'log',
    '-p',
    '-U0',
    '--topo-order',
    '--reverse',
    '--text',
    '--no-renames',
    '--diff-filter=d',
    ...more,
    'refs/heads/scan',
  );

/** A repository in which a file came and went. */
function withDeleted(folder = shop.folder()): string {
  const repo = repository(folder, { 'a.py': 'print(1)\n' });
  write(repo, { 'old.txt': `${WANTED}\n` });
  git(repo, 'add', '.');
  git(repo, 'commit', '-qm', 'added');
  git(repo, 'rm', '-q', 'old.txt');
  git(repo, 'commit', '-qm', 'removed');
  return repo;
}

const fault = (message: string) => ({ name: 'Fault', code: 'snapshot', message: expect.stringContaining(message) });

/** The id of a blob as a file below objects/. */
const looseAt = (repo: string, id: string): string => join(repo, '.git/objects', id.slice(0, 2), id.slice(2));

describe('a history that is not whole', () => {
  it('is a fault when it is shallow', async () => {
    const clone = shop.folder();
    git(clone, 'clone', '-q', '--depth=1', `file://${withDeleted()}`, '.');
    await expect(historyOf(clone)).rejects.toMatchObject(fault('shallow'));
  });

  it.each([
    ['blob', 'HEAD~1:old.txt'],
    ['tree', 'HEAD~1^{tree}'],
    ['commit', 'HEAD~1'],
  ])('is a fault when an old %s is missing', async (_, name) => {
    const repo = withDeleted();
    rmSync(looseAt(repo, git(repo, 'rev-parse', name)));
    await expect(historyOf(repo)).rejects.toMatchObject(fault('history-pack'));
  });

  it('is a fault when an old object has other content than its id says', async () => {
    const repo = withDeleted();
    const old = looseAt(repo, git(repo, 'rev-parse', 'HEAD~1:old.txt'));
    const other = looseAt(repo, git(repo, 'rev-parse', 'HEAD:a.py'));
    chmodSync(old, 0o644);
    writeFileSync(old, readFileSync(other));
    await expect(historyOf(repo)).rejects.toMatchObject(fault('history-'));
  });

  it('is a fault when a partial clone would have to fetch the rest', async () => {
    const repo = withDeleted();
    git(repo, 'config', 'extensions.partialClone', 'origin');
    git(repo, 'config', 'remote.origin.promisor', 'true');
    git(repo, 'config', 'remote.origin.url', 'https://example.org/a.git');
    rmSync(looseAt(repo, git(repo, 'rev-parse', 'HEAD~1:old.txt')));
    await expect(historyOf(repo)).rejects.toMatchObject(fault('history-pack'));
  });

  it('is a fault when it is larger than a source may be', async () => {
    await expect(historyOf(withDeleted(), 100)).rejects.toMatchObject(fault('exceeds 100 bytes'));
  });

  it('is a fault when HEAD names a commit that is not there', async () => {
    const repo = withDeleted();
    rmSync(looseAt(repo, git(repo, 'rev-parse', 'HEAD')));
    await expect(historyOf(repo)).rejects.toMatchObject(fault('HEAD names'));
  });

  it.each(['dir/x\\', END_OF_HISTORY.path, `${MERGE_FOLDER}/${'a'.repeat(40)}/x`])(
    'is a fault when a name would mislead its reader: %s',
    async (name) => {
      const repo = withDeleted();
      write(repo, { [name]: 'x' });
      git(repo, 'add', '.');
      git(repo, 'commit', '-qm', 'name');
      git(repo, 'rm', '-q', '--', name.replace('\\', '\\\\'));
      git(repo, 'commit', '-qm', 'gone');
      await expect(historyOf(repo)).rejects.toMatchObject(fault('cannot be shown'));
    },
  );
});

describe('a source without history', () => {
  it('is none: a plain folder', async () => {
    expect(await historyOf(write(shop.folder(), { a: 'b' }))).toEqual({ none: expect.stringContaining('repository') });
  });

  it('is none: a repository without a commit', async () => {
    const folder = shop.folder();
    git(folder, 'init', '-q');
    expect(await historyOf(folder)).toEqual({ none: expect.stringContaining('no commit') });
  });

  it('is none: an archive, whatever .git is in it', async () => {
    const path = join(shop.folder(), 'a.tar');
    execFileSync('tar', ['cf', path, '-C', withDeleted(), '.']);
    expect(await historyOf({ kind: 'archive', path, format: 'tar' })).toEqual({ none: expect.any(String) });
  });
});

describe('what a repository brings to steer git', () => {
  it('hides no commit by replace objects, grafts or bitmaps', async () => {
    const repo = withDeleted();
    git(repo, 'replace', '--graft', 'HEAD');
    write(repo, { '.git/info/grafts': `${git(repo, 'rev-parse', 'HEAD')}\n` });
    expect(shown(await copyOf(repo))).toContain(WANTED);
  });

  it('is not in the copy: configuration, hooks, attributes, other branches, reflogs', async () => {
    const repo = withDeleted();
    git(repo, 'checkout', '-q', '-b', 'other');
    write(repo, { 'other.txt': 'unreachable-text\n', '.gitattributes': '* -diff\n' });
    git(repo, 'add', '.');
    git(repo, 'commit', '-qm', 'other');
    git(repo, 'checkout', '-q', 'main');
    write(repo, { '.git/info/attributes': '* -diff\n', '.git/hooks/post-checkout': '#!/bin/sh\n' });
    const copy = await copyOf(repo);
    expect(readdirSync(copy).sort()).toEqual(['HEAD', 'config', 'objects', 'packed-refs', 'refs']);
    expect(readFileSync(join(copy, 'config'), 'utf8')).toBe('[core]\n\trepositoryformatversion = 0\n\tbare = true\n');
    expect(shown(copy)).not.toContain('unreachable-text');
    expect(git(copy, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/scan');
  });

  it('starts no program', async () => {
    const repo = withDeleted();
    const place = shop.folder();
    const mark = join(place, 'fired');
    const trap = join(place, 'trap.sh');
    write(place, { 'trap.sh': `#!/bin/sh\ntouch '${mark}'\ncat\n` });
    chmodSync(trap, 0o755);
    const keys = ['core.fsmonitor', 'core.sshCommand', 'core.pager', 'core.alternateRefsCommand', 'diff.external'];
    for (const key of [...keys, 'uploadpack.packObjectsHook', 'gpg.program', 'diff.evil.textconv', 'diff.evil.command'])
      git(repo, 'config', key, trap);
    mkdirSync(join(repo, '.git/hooks'), { recursive: true });
    for (const hook of ['reference-transaction', 'post-index-change', 'pre-auto-gc'])
      write(repo, { [`.git/hooks/${hook}`]: `#!/bin/sh\ntouch '${mark}'\n` });
    for (const hook of readdirSync(join(repo, '.git/hooks'))) chmodSync(join(repo, '.git/hooks', hook), 0o755);
    appendFileSync(join(repo, '.git/info/attributes'), '* diff=evil filter=evil\n');
    expect(shown(await copyOf(repo))).toContain(WANTED);
    expect(existsSync(mark)).toBe(false);
  });

  it('reads no alternate outside the source unless the operator says so', async () => {
    const repo = withDeleted();
    const borrower = shop.folder();
    git(borrower, 'clone', '-q', '--shared', repo, '.');
    await expect(historyOf(borrower)).rejects.toMatchObject({ name: 'Refusal', code: 'source' });
    const copy = await copyOf({ kind: 'folder', path: borrower, allowGitDir: true });
    rmSync(repo, { recursive: true });
    expect(shown(copy)).toContain(WANTED);
  });

  it('makes no text binary', async () => {
    const repo = withDeleted();
    write(repo, { '.gitattributes': '* -diff binary\n', 'nul.txt': `\0${WANTED}-in-binary\n` });
    git(repo, 'add', '.');
    git(repo, 'commit', '-qm', 'binary');
    expect(shown(await copyOf(repo))).toContain(`${WANTED}-in-binary`);
  });
});

describe('the copy', () => {
  it('has what was deleted long ago, in commits with their own ids', async () => {
    const repo = withDeleted();
    const [copy, again] = [await copyOf(repo), await copyOf(repo)];
    const ids = git(repo, 'rev-list', '--reverse', 'HEAD').split('\n');
    expect(
      git(copy, 'log', '--reverse', '--topo-order', '--format=%H', 'refs/heads/scan').split('\n').slice(0, -1),
    ).toEqual(ids);
    expect(readFileSync(join(copy, 'packed-refs'), 'utf8')).toBe(readFileSync(join(again, 'packed-refs'), 'utf8'));
    expect(git(copy, 'fsck', '--strict', '--no-dangling')).toBe('');
  });

  it('ends with the file that says so, whatever the dates', async () => {
    const repo = withDeleted();
    for (const date of ['@1 +0000', '@4102444800 +0000'])
      execFileSync('git', ['commit', '-q', '--allow-empty', '-m', date, `--date=${date}`], {
        cwd: repo,
        env: {
          ...process.env,
          GIT_AUTHOR_NAME: 'a',
          GIT_AUTHOR_EMAIL: 'a@example.org',
          GIT_COMMITTER_NAME: 'a',
          GIT_COMMITTER_EMAIL: 'a@example.org',
          GIT_COMMITTER_DATE: date,
        },
      });
    const text = shown(await copyOf(repo));
    expect(text.endsWith(`+${END_OF_HISTORY.text.trimEnd()}`)).toBe(true);
  });

  it('is of the commit that is asked for, not of HEAD', async () => {
    const repo = withDeleted();
    const first = git(repo, 'rev-parse', 'HEAD~2');
    expect(shown(await copyOf({ kind: 'git', path: repo, ref: first }))).not.toContain(WANTED);
  });

  it('is of the commit below changes that are in none', async () => {
    const repo = withDeleted();
    write(repo, { 'a.py': 'print(2)\n' });
    expect(shown(await copyOf(repo))).toContain(WANTED);
  });

  it('shows what a merge adds by itself, and other merges not at all', async () => {
    const repo = withDeleted();
    const branch = (name: string, file: string) => {
      git(repo, 'checkout', '-q', '-b', name, 'main');
      write(repo, { [file]: `${name}-text\n` });
      git(repo, 'add', '.');
      git(repo, 'commit', '-qm', name);
      git(repo, 'checkout', '-q', 'main');
    };
    branch('plain', 'plain.txt');
    git(repo, 'merge', '-q', '--no-ff', '-m', 'plain merge', 'plain');
    branch('evil', 'evil.txt');
    git(repo, 'merge', '-q', '--no-ff', '--no-commit', 'evil');
    write(repo, { 'only-in-merge.txt': 'merge-text\n' });
    git(repo, 'add', '.');
    git(repo, 'commit', '-qm', 'evil merge');
    const evil = git(repo, 'rev-parse', 'HEAD');
    git(repo, 'rm', '-q', 'only-in-merge.txt');
    git(repo, 'commit', '-qm', 'gone');
    const text = shown(await copyOf(repo), '--format=commit %H');
    for (const name of ['plain', 'evil', 'merge'])
      expect(text.match(new RegExp(`^\\+${name}-text$`, 'gm'))).toHaveLength(1);
    const [, path = ''] = /^\+\+\+ b\/(.*)\n@@.*\n\+merge-text$/m.exec(text) ?? [];
    expect(placeInHistory(path, 'of the copy')).toEqual({ path: 'only-in-merge.txt', commit: evil });
    expect(text.endsWith(`+${END_OF_HISTORY.text.trimEnd()}`)).toBe(true);
  });

  it('shows of a resolved conflict what its first parent does not have, octopus merges too', async () => {
    const repo = repository(shop.folder(), { 'deep/a.txt': 'base\n', b: 'b\n' });
    for (const name of ['one', 'two']) {
      git(repo, 'checkout', '-q', '-b', name, 'main');
      write(repo, { [name]: name });
      git(repo, 'add', '.');
      git(repo, 'commit', '-qm', name);
    }
    git(repo, 'checkout', '-q', 'main');
    write(repo, { 'deep/a.txt': 'base\nours\n' });
    git(repo, 'commit', '-qam', 'ours');
    write(repo, { 'deep/a.txt': 'base\nours\nresolved-text\n' });
    git(repo, 'add', '.');
    const tree = git(repo, 'write-tree');
    const parents = ['main', 'one', 'two'].flatMap((name) => ['-p', name]);
    git(repo, 'reset', '-q', '--hard', git(repo, 'commit-tree', tree, ...parents, '-m', 'octopus'));
    const copy = await copyOf(repo);
    expect(git(copy, 'fsck', '--strict', '--no-dangling')).toBe('');
    const text = shown(copy);
    expect(text.match(/^\+resolved-text$/gm)).toHaveLength(1);
    expect(text.match(/^\+ours$/gm)).toHaveLength(1);
  });

  it('can be of a repository with SHA-256 ids, and of one that is packed', async () => {
    const repo = repository(shop.folder(), { 'a.txt': `${WANTED}\n` }, '--object-format=sha256');
    expect(shown(await copyOf(repo))).toContain(WANTED);
    const packed = withDeleted();
    git(packed, 'repack', '-adbq');
    git(packed, 'commit-graph', 'write', '--reachable');
    expect(shown(await copyOf(packed))).toContain(WANTED);
  });
});
