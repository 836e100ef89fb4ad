import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Directory } from '@dagger.io/dagger';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { freshUpload, mirrorName } from '../../../../src/core/runtime/dagger/mirror.js';

const root = mkdtempSync(join(tmpdir(), 'mirror-test-'));
afterAll(() => rmSync(root, { recursive: true }));

let folder = root;
let scratch = root;
beforeEach(() => {
  const place = mkdtempSync(join(root, 'case-'));
  folder = join(place, 'tree');
  scratch = join(place, 'scratch');
  for (const path of [folder, scratch]) mkdirSync(path);
});

function put(text: string): void {
  writeFileSync(join(folder, 'file'), text);
  utimesSync(join(folder, 'file'), 1, 1);
}

const nameOf = (output?: string) => mirrorName([{ path: folder, ...(output !== undefined && { output }) }]);

describe('the name of a client', () => {
  it('is another one when a file was replaced by one of its size and time', async () => {
    put('one');
    const first = await nameOf();
    put('two');
    expect(await nameOf()).not.toBe(first);
  });

  it('is another one also beside what cannot be sent', async () => {
    execFileSync('mkfifo', [join(folder, 'a'), join(folder, 'z')]);
    put('one');
    const first = await nameOf();
    put('two');
    expect(await nameOf()).not.toBe(first);
  });

  it.each(['.', '..', '.git', '.git/refs/heads'])(
    'is another one for another tree when runs write to %s',
    async (to) => {
      const output = join(folder, to);
      mkdirSync(output, { recursive: true });
      for (const place of to === '..' ? [folder] : [folder, output]) {
        writeFileSync(join(place, 'ref'), 'one');
        const first = await nameOf(output);
        writeFileSync(join(place, 'ref'), 'two');
        expect(await nameOf(output)).not.toBe(first);
      }
    },
  );

  it('is none where a change may not show: on another file system, on several, in what cannot be walked', async () => {
    expect(await mirrorName([{ path: '/proc/self/fdinfo' }])).toBeUndefined();
    expect(await mirrorName([{ path: '/dev' }])).toBeUndefined();
    const deep = "for (let i = 0; i < 25; i++) { fs.mkdirSync('d'.repeat(200)); process.chdir('d'.repeat(200)) }";
    execFileSync(process.execPath, ['-e', `const fs = require('node:fs'); ${deep}`], { cwd: folder });
    expect(await nameOf()).toBeUndefined();
    execFileSync('rm', ['-rf', folder]);
  });

  it('is the same for the same tree, under any name of it, whatever runs wrote to their folder', async () => {
    put('one');
    const output = join(folder, 'results');
    mkdirSync(output);
    const first = await nameOf(output);
    writeFileSync(join(output, 'bundle.json'), '{}');
    symlinkSync(folder, `${folder}-link`);
    expect(await mirrorName([{ path: `${folder}-link`, output }])).toBe(first);
    writeFileSync(join(folder, 'results-of-another'), '');
    expect(await nameOf(output)).not.toBe(first);
  });

  it('is fit for a file name and tells of no path', async () => {
    expect(await mirrorName([{ path: folder }, { path: join(folder, 'none') }])).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('sending', () => {
  /** What was sent: from where, and what was there. */
  const recording = (folders: readonly string[]) => {
    const sent: { path: string; names: string[] }[] = [];
    const upload = freshUpload(
      async (path, only) => {
        sent.push({ path, names: only === undefined ? readdirSync(path) : [...only] });
        return {} as Directory;
      },
      folders,
      scratch,
    );
    return { sent, upload };
  };

  it('makes a copy of what an engine could know under that path, links as links', async () => {
    put('one');
    symlinkSync('/etc/passwd', join(folder, 'link'));
    const { sent, upload } = recording([`${folder}-other`]);
    await upload(folder);
    await upload(folder, ['file']);
    const [all, one] = sent;
    expect(all?.path.startsWith(`${scratch}/sent-`)).toBe(true);
    expect(all?.names).toEqual(['file', 'link']);
    expect(lstatSync(join(all?.path ?? '', 'link')).isSymbolicLink()).toBe(true);
    expect([readdirSync(one?.path ?? ''), one?.names]).toEqual([['file'], ['file']]);
    expect(readFileSync(join(one?.path ?? '', 'file'), 'utf8')).toBe('one');
    expect(one?.path).not.toBe(all?.path);
  });

  it('takes from where it is what no engine can know otherwise, and a part of it', async () => {
    put('one');
    const { sent, upload } = recording([folder]);
    await upload(folder);
    await upload(folder, ['file']);
    expect(sent.map(({ path }) => path)).toEqual([folder, folder]);
    const file = recording([join(folder, 'file')]);
    await file.upload(folder, ['file']);
    expect(file.sent.map(({ path }) => path)).toEqual([folder]);
  });
});
