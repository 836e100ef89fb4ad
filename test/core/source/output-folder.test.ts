import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git, paths, reasons, repository, workshop, write } from './support.js';

const shop = workshop();
const FILES = { 'a.py': 'a', '.gitignore': '*.log\n' };
const BUNDLE = { 'out/1/bundle.json': '{}', 'out/1/x.log': 'x', 'out/1/.git/HEAD': 'x', 'out/1/.env': 'x' };
const at = { outputFolder: 'out' };
const refused = (message: string) => ({ name: 'Refusal', code: 'source', message: expect.stringContaining(message) });

describe('an output folder that may be part of the source', () => {
  it.each([
    ['committed', ['add', '-f', 'out'], ['commit', '-qm', 'two']],
    ['staged', ['add', '-f', 'out/1/x.log']],
    [
      'committed, and no longer in the index',
      ['add', '-f', 'out'],
      ['commit', '-qm', 'two'],
      ['rm', '-rq', '--cached', 'out'],
    ],
  ])('is refused when something in it is %s', async (_name, ...commands) => {
    const repo = repository(shop.folder(), FILES);
    write(repo, { 'out/1/bundle.json': '{}', 'out/1/x.log': 'x' });
    for (const command of commands) git(repo, ...command);
    await expect(shop.take(repo, at)).rejects.toMatchObject(refused('holds files that git tracks'));
    await expect(shop.take({ kind: 'git', path: repo, ref: 'HEAD' }, at)).rejects.toThrow('--export-dir');
    await expect(shop.take(repo, { outputFolder: 'ou' })).resolves.toMatchObject({ treeDigest: expect.any(String) });
  });

  it('is refused when it is a tracked file that was removed', async () => {
    const repo = repository(shop.folder(), { ...FILES, out: 'x' });
    rmSync(join(repo, 'out'));
    mkdirSync(join(repo, 'out'));
    await expect(shop.take(repo, at)).rejects.toMatchObject(refused('git tracks'));
  });

  it.each([
    ['a file', { 'out/evil.py': 'x' }],
    ['an unfinished run of another', { 'out/.incomplete/own/x': 'x', 'out/.incomplete/evil/x.py': 'x' }],
    ['a file for unfinished runs', { 'out/.incomplete': 'x' }],
  ])('is refused without a commit when it holds %s', async (_name, files) => {
    const plain = write(shop.folder(), { ...FILES, ...files });
    await expect(shop.take(plain, at)).rejects.toMatchObject(refused('the export folder'));
    git(plain, 'init', '-q');
    await expect(shop.take(plain, at)).rejects.toThrow('--export-dir');
  });
});

describe('an output folder in the source', () => {
  it.each(['out', 'b/out', 'b/o [1]*! '])('%j changes nothing about the snapshot', async (outputFolder) => {
    const repo = repository(shop.folder(), FILES);
    write(repo, { 'b/x.log': 'x', 'o/y.log': 'y' });
    symlinkSync(join(outputFolder, 'latest/x'), join(repo, 'link'));
    symlinkSync('b', join(repo, 'folder'));
    // Git lists b whole only while nothing but ignored files is in it.
    execFileSync('mkfifo', [join(repo, 'b/pipe')]);
    const before = await shop.take(repo, { outputFolder });
    write(
      join(repo, outputFolder, '..'),
      Object.fromEntries(
        Object.entries(BUNDLE).map(([path, text]) => [path.replace('out', outputFolder.replace(/^b\//, '')), text]),
      ),
    );
    symlinkSync('/etc', join(repo, outputFolder, 'latest'));
    const { folder: _, ...after } = await shop.take(repo, { outputFolder });
    expect(before).toMatchObject(after);
    expect(after).toMatchObject({ ignored: 3, excluded: [] });
    expect(reasons(before)).toContain('link-unscanned link');
    expect(paths(before)).toEqual(['.gitignore', 'a.py', 'folder', 'link']);
  });

  it('is left out of a plain folder while it holds this run alone', async () => {
    const plain = write(shop.folder(), { ...FILES, 'out/.incomplete/run/owner.json': '{}', 'x/out/b.py': 'b' });
    expect(paths(await shop.take(plain, at))).toEqual(['.gitignore', 'a.py', 'x/out/b.py']);
  });
});
