import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GIT_ENV, GIT_OPTIONS } from '../../../src/core/source/git.js';
import { git, paths, repository, workshop, write } from './support.js';

const shop = workshop();

/** A repository whose configuration starts a program wherever git can be made to, and that program's footprint. */
function trapped(): { repo: string; fired: () => boolean } {
  const place = shop.folder();
  const repo = repository(join(place, 'repo'), { 'a.py': 'print(1)\n', 'b.bin': 'b', '.gitignore': '*.log\n' });
  const mark = join(place, 'fired');
  const trap = join(place, 'trap.sh');
  write(place, {
    'trap.sh': `#!/bin/sh\ntouch '${mark}'\ncat\n`,
    'more.conf': `[core]\n\tfsmonitor = ${trap}\n`,
    other: '*\n',
  });
  chmodSync(trap, 0o755);
  write(repo, { '.gitattributes': '* filter=evil diff=evil merge=evil ident\n' });
  git(repo, 'add', '.gitattributes');
  git(repo, 'commit', '-qm', 'attributes');
  for (const hook of [
    'post-index-change',
    'fsmonitor-watchman',
    'pre-auto-gc',
    'reference-transaction',
    'post-checkout',
  ]) {
    write(place, { [`hooks/${hook}`]: `#!/bin/sh\ntouch '${mark}'\n` });
    chmodSync(join(place, 'hooks', hook), 0o755);
  }
  const settings: Record<string, string> = {
    'core.fsmonitor': trap,
    'core.hooksPath': join(place, 'hooks'),
    'filter.evil.clean': trap,
    'filter.evil.smudge': trap,
    'filter.evil.process': trap,
    'filter.evil.required': 'true',
    'diff.evil.textconv': trap,
    'diff.evil.command': trap,
    'diff.external': trap,
    'merge.evil.driver': trap,
    'alias.ls-tree': `!${trap}`,
    'alias.ls-files': `!${trap}`,
    'core.sshCommand': trap,
    'core.pager': trap,
    'core.editor': trap,
    'core.askPass': trap,
    'core.gitProxy': trap,
    'core.alternateRefsCommand': trap,
    'pager.ls-files': trap,
    'credential.helper': `!${trap}`,
    'core.worktree': '/etc',
    'core.excludesFile': join(place, 'other'),
    'core.attributesFile': join(place, 'other'),
    'include.path': join(place, 'more.conf'),
    'extensions.partialClone': 'origin',
    'remote.origin.url': `ext::${trap}`,
    'remote.origin.promisor': 'true',
    'protocol.ext.allow': 'always',
    'protocol.allow': 'always',
    'uploadpack.packObjectsHook': trap,
    'trace2.eventTarget': mark,
    'gpg.program': trap,
    'gc.auto': '1',
  };
  for (const [key, value] of Object.entries(settings)) git(repo, 'config', key, value);
  rmSync(mark, { force: true });
  return { repo, fired: () => existsSync(mark) };
}

const COMMANDS: [name: string, args: string[], input?: string][] = [
  ['the commit', ['cat-file', '--batch'], 'HEAD^{commit}\n'],
  ['a missing object', ['cat-file', '--batch'], `${'1'.repeat(40)}\n`],
  ['the tree', ['ls-tree', '-rz', '--long', '--full-tree', 'HEAD']],
  ['the index', ['ls-files', '-z']],
  ['ignored files', ['ls-files', '-z', '--others', '--ignored', '--directory', '--exclude-per-directory=.gitignore']],
  ['a ref', ['rev-parse', '--quiet', '--verify', 'HEAD']],
];

describe('a repository whose configuration starts programs', () => {
  it('is a trap that works', () => {
    const { repo, fired } = trapped();
    spawnSync('git', ['--work-tree', repo, 'status'], { cwd: repo, stdio: 'ignore' });
    expect(fired()).toBe(true);
  });

  it.each(COMMANDS)('starts none when git reads %s, also without a sandbox', (_name, args, input = '') => {
    const { repo, fired } = trapped();
    const env = { ...GIT_ENV, PATH: process.env['PATH'], GIT_DIR: join(repo, '.git'), GIT_WORK_TREE: repo };
    execFileSync('git', [...GIT_OPTIONS, ...args], { cwd: '/', env, input });
    expect(fired()).toBe(false);
  });

  it('gives the snapshot that it gives without them', async () => {
    const { repo, fired } = trapped();
    write(repo, { 'new.py': 'n' });
    const snapshot = await shop.take(repo);
    expect(fired()).toBe(false);
    expect(paths(snapshot)).toEqual(['.gitattributes', '.gitignore', 'a.py', 'b.bin', 'new.py']);
    rmSync(join(repo, 'new.py'));
    expect(await shop.take(repo)).toMatchObject({ dirty: false, subject: { commit: git(repo, 'rev-parse', 'HEAD') } });
    expect(fired()).toBe(false);
  });
});
