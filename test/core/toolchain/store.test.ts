import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf, sha256 } from '../../../src/core/lib/digest.js';
import { openStore } from '../../../src/core/toolchain/store.js';
import { temporaryFolder } from '../../support/scan.js';
import { staged } from './support.js';

const FILES = { 'bin/tool': '#!/bin/sh\n', 'site/a/b.py': 'one = 1\n', 'site/empty': '' };

async function installed() {
  const folder = temporaryFolder();
  const store = openStore(join(folder, 'store'));
  const { digest } = await store.addFolder(await staged(store, FILES));
  return { store, digest, entry: join(store.folder, digest), root: join(store.folder, digest, 'root') };
}

/** Does something in a folder that is read-only for its owner too. */
function within(folder: string, work: () => void): void {
  chmodSync(folder, 0o755);
  work();
  chmodSync(folder, 0o555);
}

type Setting = Awaited<ReturnType<typeof installed>>;

const CHANGES: [string, (setting: Setting) => void, RegExp][] = [
  ['a changed byte', ({ root }) => edit(join(root, 'site/a/b.py'), 'one = 2\n'), /site\/a\/b\.py was changed/],
  ['a longer file', ({ root }) => edit(join(root, 'site/empty'), '\n'), /site\/empty was changed/],
  [
    'a removed file',
    ({ root }) => within(join(root, 'bin'), () => unlinkSync(join(root, 'bin/tool'))),
    /bin\/tool was removed/,
  ],
  ['an added file', ({ root }) => within(root, () => writeFileSync(join(root, 'site.py'), '')), /site\.py was added/],
  ['an added empty folder', ({ root }) => within(root, () => mkdirSync(join(root, 'more'))), /more was added/],
  [
    'bytecode',
    ({ root }) => within(join(root, 'site'), () => writeFileSync(join(root, 'site/x.pyc'), '')),
    /x\.pyc was added/,
  ],
  [
    'a folder for bytecode',
    ({ root }) => within(join(root, 'site/a'), () => mkdirSync(join(root, 'site/a/__pycache__'))),
    /__pycache__ was added/,
  ],
  ['a link beside', ({ root }) => within(root, () => symlinkSync('/etc/passwd', join(root, 'l'))), /l was added/],
  [
    'a link in the place of a file',
    ({ root }) =>
      within(join(root, 'site'), () => {
        unlinkSync(join(root, 'site/empty'));
        symlinkSync('/dev/null', join(root, 'site/empty'));
      }),
    /site\/empty was added/,
  ],
  [
    'a link in the place of all files',
    ({ entry, root }) =>
      within(entry, () => {
        // Moving a folder rewrites its `..`.
        chmodSync(root, 0o755);
        renameSync(root, `${entry}-moved`);
        chmodSync(`${entry}-moved`, 0o555);
        symlinkSync(`${entry}-moved`, root);
      }),
    /was changed/,
  ],
  [
    'a second name',
    ({ root, store }) => linkSync(join(root, 'bin/tool'), join(store.folder, 'x')),
    /bin\/tool was changed/,
  ],
  ['a file that can be written to', ({ root }) => chmodSync(join(root, 'bin/tool'), 0o644), /bin\/tool was changed/],
  ['a file that became a program', ({ root }) => chmodSync(join(root, 'site/empty'), 0o555), /site\/empty was changed/],
  ['a folder that can be written to', ({ root }) => chmodSync(join(root, 'site'), 0o777), /site was changed/],
  [
    'a file beside the list',
    ({ entry }) => within(entry, () => writeFileSync(join(entry, 'more'), '')),
    /more was added/,
  ],
  [
    'a change that the list agrees with',
    ({ root, entry }) => {
      edit(join(root, 'site/empty'), 'x');
      const list = JSON.parse(readFileSync(join(entry, 'files.json'), 'utf8'));
      list['site/empty'].sha256 = sha256('x');
      edit(join(entry, 'files.json'), JSON.stringify(list));
    },
    /files\.json was changed/,
  ],
  ['no list', ({ entry }) => within(entry, () => unlinkSync(join(entry, 'files.json'))), /files\.json was changed/],
];

function edit(path: string, text: string): void {
  const { mode } = statSync(path);
  chmodSync(path, 0o644);
  writeFileSync(path, text);
  chmodSync(path, mode);
}

describe('check', () => {
  it.each(CHANGES)('notices %s', async (_name, change, message) => {
    const setting = await installed();
    change(setting);
    const checked = setting.store.check(setting.digest, 'some-tool');
    await expect(checked).rejects.toMatchObject({
      name: 'Fault',
      code: 'digest',
      message: expect.stringMatching(message),
      remedy: expect.stringContaining('security-scan tools install some-tool'),
    });
    await expect(checked).rejects.toThrow(/^some-tool: /);
  });

  it('says what is not installed', async () => {
    const { store } = await installed();
    await expect(store.check('0'.repeat(64), 'some-tool')).rejects.toMatchObject({
      code: 'digest',
      message: 'some-tool is not installed',
    });
  });

  it('takes nothing but a digest for a name', async () => {
    const { store } = await installed();
    expect(() => store.check('../../etc', 'some-tool')).toThrow(/not a SHA-256/);
  });

  it('ends when it is cancelled', async () => {
    const { store } = await installed();
    const big = await store.addFolder(await staged(store, { big: 'x'.repeat(2 ** 25) }));
    await expect(store.check(big.digest, 't', AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('gives the files of an entry that holds', async () => {
    const { store, digest, root } = await installed();
    const entry = await store.check(digest, 'some-tool');
    expect(entry).toMatchObject({ digest, root, size: 18 });
    expect([...entry.files.keys()]).toEqual(['bin/tool', 'site/a/b.py', 'site/empty']);
  });
});

const UNFIT: [string, (root: string) => void][] = [
  ['a link', (root) => symlinkSync('a', join(root, 'b'))],
  ['a link to a folder', (root) => symlinkSync('/etc', join(root, 'b'))],
  ['a file with two names', (root) => linkSync(join(root, 'a'), join(root, 'b'))],
  ['bytecode', (root) => writeFileSync(join(root, 'a.pyc'), '')],
  ['a name with a line break', (root) => writeFileSync(join(root, 'a\nb'), '')],
  ['a name with a right-to-left override', (root) => writeFileSync(join(root, 'a\u202eb'), '')],
  ['a name that is not UTF-8', (root) => writeFileSync(Buffer.from(`${root}/\xff`, 'latin1'), '')],
];

describe('addFolder', () => {
  it.each(UNFIT)('refuses %s', async (_name, make) => {
    const store = openStore(join(temporaryFolder(), 'store'));
    const staging = await staged(store, { a: 'a' });
    make(staging.root);
    await expect(store.addFolder(staging)).rejects.toThrow();
    expect(await store.installed()).toEqual(new Set());
  });

  it('refuses nothing at all', async () => {
    const store = openStore(join(temporaryFolder(), 'store'));
    await expect(store.addFolder(await store.stage())).rejects.toMatchObject({ code: 'toolchain' });
  });

  it('names an entry by its list of files', async () => {
    const { digest, entry, root } = await installed();
    const list = Object.fromEntries(
      Object.entries(FILES).map(([path, text]) => [path, { sha256: sha256(text), executable: false }]),
    );
    expect(digest).toBe(digestOf(list));
    expect(sha256(readFileSync(join(entry, 'files.json')))).toBe(digest);
    expect(statSync(root).mode & 0o777).toBe(0o555);
    expect(statSync(join(root, 'bin/tool')).mode & 0o777).toBe(0o444);
  });

  it('lets several add the same at one time', async () => {
    const store = openStore(join(temporaryFolder(), 'store'));
    const stagings = await Promise.all(Array.from({ length: 8 }, () => staged(store, FILES)));
    const added = await Promise.all(stagings.map((staging) => store.addFolder(staging)));
    expect(new Set(added.map(({ digest }) => digest)).size).toBe(1);
    await store.check(added[0]?.digest ?? '', 'some-tool');
    expect(readdirSync(join(store.folder, '.incoming'))).toEqual([]);
  });

  it('replaces what stands there and does not hold', async () => {
    const { store, digest, root } = await installed();
    edit(join(root, 'bin/tool'), 'evil');
    await store.addFolder(await staged(store, FILES));
    await store.check(digest, 'some-tool');
    expect(readdirSync(store.folder).sort()).toEqual(['.incoming', digest].sort());
  });

  it('replaces a file that took its place', async () => {
    const { store, digest, entry } = await installed();
    await store.remove(digest);
    writeFileSync(entry, '');
    await store.addFolder(await staged(store, FILES));
    await store.check(digest, 'some-tool');
  });
});

describe('remove', () => {
  it('leaves nothing of an entry', async () => {
    const { store, digest } = await installed();
    await store.remove(digest);
    expect(await store.has(digest)).toBe(false);
    expect(readdirSync(store.folder)).toEqual(['.incoming']);
    expect(readdirSync(join(store.folder, '.incoming'))).toEqual([]);
  });
});

describe('what an install left', () => {
  it('is cleared when its process is gone, and not before', async () => {
    const store = openStore(join(temporaryFolder(), 'store'));
    const staging = await staged(store, FILES);
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const left = staging.folder.replace(`-${process.pid}-`, `-${child.pid}-`);
    renameSync(staging.folder, left);
    chmodSync(join(left, 'entry/root'), 0o555);
    await store.stage();
    expect(existsSync(left)).toBe(true);
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    await store.stage();
    expect(existsSync(left)).toBe(false);
  });

  it('is cleared after a day, whoever made it', async () => {
    const store = openStore(join(temporaryFolder(), 'store'));
    const other = join(store.folder, '.incoming', `00000000-00000000-${process.pid}-0000000000000000`);
    mkdirSync(other, { recursive: true });
    await store.stage();
    expect(existsSync(other)).toBe(true);
    const before = Date.now() / 1000 - 25 * 3600;
    utimesSync(other, before, before);
    await store.stage();
    expect(existsSync(other)).toBe(false);
    rmSync(store.folder, { recursive: true });
  });
});
