import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { guardTree } from '../../../src/core/source/guard.js';
import { parseSource } from '../../../src/core/source/request.js';
import { write } from './support.js';

let root: string;
const at = (path: string): string => join(root, path);

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'guard-test-')));
  write(root, { 'repo/.git/HEAD': '', 'repo/sub/a.py': '', 'plain/sub/a.py': '', 'safe/policy.yaml': '' });
});

interface Given {
  source?: string;
  policy?: string | undefined;
  exportDir?: string;
}
const guard = ({ source = 'repo', policy, exportDir = 'safe/out' }: Given) =>
  guardTree(parseSource(at(source)), {
    documents: [{ option: '--policy', path: policy === undefined ? undefined : at(policy) }],
    exportDir: at(exportDir),
  });
const refused = (code: string, message: RegExp | string = '') => ({
  name: 'Refusal',
  code,
  message: expect.stringMatching(message),
});

describe('a document that the tree could write', () => {
  it.each([
    ['in the folder', 'repo', 'repo/policy.yaml'],
    ['that is the folder', 'repo', 'repo'],
    ['in the repository around the folder', 'repo/sub', 'repo/policy.yaml'],
    ['in a plain folder', 'plain', 'plain/sub/new.json'],
    ['beside a commit of a clone', 'repo#HEAD', 'repo/policy.yaml'],
    ['around a commit that is read from a subfolder', 'repo/sub#main', 'repo/x/policy.yaml'],
  ])('is refused: %s', async (_name, source, policy) => {
    await expect(guard({ source, policy })).rejects.toMatchObject(refused('policy', '--policy lies in the tree'));
  });

  it('is refused when it only seems to be elsewhere, or only seems to be inside', async () => {
    symlinkSync(at('repo'), at('way'));
    symlinkSync(at('repo/not-yet.json'), at('dangling'));
    symlinkSync(at('safe'), at('repo/out-link'));
    symlinkSync(at('repo/out-link/policy.yaml'), at('through'));
    for (const policy of ['way/sub/a.py', 'way/new', 'dangling', 'repo/out-link/policy.yaml', 'through'])
      await expect(guard({ policy }), policy).rejects.toMatchObject(refused('policy'));
    await expect(guard({ source: 'way', policy: 'repo/sub/a.py' })).rejects.toMatchObject(refused('policy'));
    await expect(guard({ policy: 'repo/out-link/../x' })).rejects.toMatchObject(refused('policy'));
  });

  it('is refused in the working directory, `.#HEAD`', async () => {
    const paths = { documents: [{ option: '--output', path: './report.json' }], exportDir: at('safe/out') };
    await expect(guardTree(parseSource('.#HEAD'), paths)).rejects.toMatchObject(refused('policy', '--output'));
    await expect(guardTree(parseSource('.'), paths)).rejects.toMatchObject(refused('policy', '--output'));
    const above = { ...paths, documents: [{ option: '--output', path: '../report.json' }] };
    await expect(guardTree(parseSource('.#HEAD'), above)).resolves.toBeUndefined();
  });

  it('is named together with the export folder', async () => {
    const both = guard({ policy: 'repo/p', exportDir: 'repo' });
    await expect(both).rejects.toMatchObject({
      code: 'policy',
      problems: [{ file: at('repo/p') }, { file: at('repo') }],
    });
  });

  it('is what it should be elsewhere', async () => {
    mkdirSync(at('repo-beside'));
    symlinkSync(at('safe'), at('link'));
    for (const policy of ['safe/policy.yaml', 'repo-beside/policy.yaml', 'link/policy.yaml', 'absent/x'])
      await expect(guard({ policy }), policy).resolves.toBeUndefined();
    await expect(guard({ source: 'plain/sub', policy: 'plain/policy.yaml' })).resolves.toBeUndefined();
  });

  it('cannot be told in a loop of links', async () => {
    symlinkSync('loop', at('loop'));
    await expect(guard({ policy: 'loop/x' })).rejects.toMatchObject(refused('usage', 'too many links'));
  });
});

describe('an export folder that the tree could decide on', () => {
  it.each([
    ['repo', 'repo'],
    ['repo/sub', 'repo'],
    ['repo/sub', 'repo/sub'],
    ['repo#HEAD', 'repo'],
  ])('is refused when it is the tree itself: %s to %s', async (source, exportDir) => {
    await expect(guard({ source, exportDir })).rejects.toMatchObject(refused('usage', 'is the source itself'));
  });

  it('is refused when it is the tree under another name', async () => {
    symlinkSync(at('repo'), at('way'));
    await expect(guard({ source: 'way', exportDir: 'repo' })).rejects.toMatchObject(refused('usage', 'source itself'));
    await expect(guard({ source: 'repo', exportDir: 'way' })).rejects.toMatchObject(refused('usage', 'source itself'));
  });

  const levels = ['repo/a', 'repo/a/b', 'repo/a/b/c', 'repo/a/b/c/.incomplete'];
  it.each(levels)('is refused with a link at %s', async (link) => {
    mkdirSync(join(at(link), '..'), { recursive: true });
    symlinkSync(at('safe'), at(link));
    for (const source of ['repo', 'repo/sub', 'repo#HEAD'])
      await expect(guard({ source, exportDir: 'repo/a/b/c' })).rejects.toMatchObject(
        refused('usage', 'link|plain folder'),
      );
  });

  it.each(levels)('is refused with a FIFO at %s', async (pipe) => {
    mkdirSync(join(at(pipe), '..'), { recursive: true });
    execFileSync('mkfifo', [at(pipe)]);
    await expect(guard({ exportDir: 'repo/a/b/c' })).rejects.toMatchObject(refused('usage', 'not a plain folder'));
  });

  it.each([
    ['repo', 'repo/.git'],
    ['repo', 'repo/.git/a/b'],
    ['repo', 'repo/.GIT/a'],
    ['repo', 'repo/sub/.git/a'],
    ['repo', 'safe/../repo/.git/a'],
    ['repo/sub', 'repo/.git/a'],
    ['repo#HEAD', 'repo/.git/a'],
    ['plain', 'plain/.git/a'],
  ])('is refused in a git folder: %s to %s', async (source, exportDir) => {
    await expect(guard({ source, exportDir })).rejects.toMatchObject({
      ...refused('usage', /lies in .*\.git, where git keeps data of its own/i),
      problems: [{ remedy: 'Give a folder outside the source with --export-dir.' }],
    });
  });

  it('is refused in the git folder of a worktree, wherever that is, and in a bare clone', async () => {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: at('safe'), stdio: 'ignore' });
    git('init', '-q', '-b', 'main', 'main');
    git(
      '-C',
      'main',
      '-c',
      'user.name=a',
      '-c',
      'user.email=a@example.org',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'a',
    );
    git('-C', 'main', 'worktree', 'add', '-q', at('safe/tree'));
    git('clone', '-q', '--bare', 'main', 'bare');
    symlinkSync(at('safe/main/.git'), at('way'));
    for (const exportDir of ['safe/main/.git/a', 'safe/main/.git/worktrees/tree', 'way/a'])
      await expect(guard({ source: 'safe/tree', exportDir }), exportDir).rejects.toMatchObject(
        refused('usage', 'keeps data'),
      );
    await expect(guard({ source: 'safe/bare', exportDir: 'safe/bare/a' })).rejects.toMatchObject(
      refused('usage', 'keeps data'),
    );
    await expect(guard({ source: 'safe/tree', exportDir: 'safe/main/out' })).resolves.toBeUndefined();
  });

  it('is no worse for a git file of the tree that leads nowhere, or to where everything is', async () => {
    write(root, { 'broken/.git': 'gitdir: /nonexistent\n', 'broken/a.py': '' });
    await expect(guard({ source: 'broken', exportDir: 'broken/out' })).resolves.toBe('out');
    write(root, { 'wide/.git': 'gitdir: /\n', 'wide/a.py': '' });
    await expect(guard({ source: 'wide', exportDir: 'elsewhere' })).resolves.toBeUndefined();
  });

  it('is refused behind a way round through a link of the tree', async () => {
    symlinkSync(at('safe'), at('repo/l'));
    symlinkSync(at('repo/l/x'), at('round'));
    await expect(guard({ exportDir: 'round/out' })).rejects.toMatchObject(refused('usage', 'a link inside the source'));
    symlinkSync(at('repo'), at('way'));
    await expect(guard({ exportDir: 'way/l/out' })).rejects.toMatchObject(refused('usage', 'a link inside the source'));
  });

  it.each(['plain', 'plain/sub', 'repo/sub'])(
    'is refused in %s, without a repository of its own, once it is there',
    async (source) => {
      const exportDir = `${source}/results`;
      await expect(guard({ source, exportDir })).resolves.toBe('results');
      mkdirSync(at(exportDir));
      await expect(guard({ source, exportDir })).rejects.toMatchObject(refused('usage', '--export-dir'));
    },
  );
});

describe('where the export folder lies', () => {
  it('is told from the source folder', async () => {
    mkdirSync(at('repo/deep/results/.incomplete'), { recursive: true });
    await expect(guard({ exportDir: 'repo/deep/results' })).resolves.toBe('deep/results');
    await expect(guard({ exportDir: 'repo/..results' })).resolves.toBe('..results');
    await expect(guard({ source: 'repo#HEAD', exportDir: 'repo/results' })).resolves.toBe('results');
    await expect(guard({ source: 'repo/sub', exportDir: 'repo/results' })).resolves.toBeUndefined();
    await expect(guard({ exportDir: 'repo-results' })).resolves.toBeUndefined();
  });

  it('is told through links that are not the tree’s', async () => {
    symlinkSync(at('repo'), at('way'));
    await expect(guard({ source: 'way', exportDir: 'way/results' })).resolves.toBe('results');
    await expect(guard({ source: 'way', exportDir: 'repo/results' })).resolves.toBe('results');
    await expect(guard({ source: 'repo', exportDir: 'way/results' })).resolves.toBe('results');
  });

  it('matters to no source without a folder', async () => {
    for (const source of ['-', 'https://example.org/r.git', `${at('a')}.zip`]) {
      const paths = { documents: [{ option: '--policy', path: at('repo/p') }], exportDir: at('repo/out') };
      await expect(guardTree(parseSource(source), paths)).resolves.toBeUndefined();
    }
  });

  it('is not told of a source that is not there', async () => {
    await expect(guard({ source: 'absent' })).rejects.toMatchObject(refused('source', 'does not exist'));
  });
});
