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

describe('the name of a client', () => {
  it('is another one when a file was replaced by one of its size and time', async () => {
    put('one');
    const first = await mirrorName([folder]);
    put('two');
    expect(await mirrorName([folder])).not.toBe(first);
  });

  it('is another one for another tree when runs write above it or to it', async () => {
    for (const apart of [folder, join(folder, '..')]) {
      put('one');
      const first = await mirrorName([folder], apart);
      put('two');
      expect(await mirrorName([folder], apart)).not.toBe(first);
    }
  });

  it('is the same for the same tree, under any name of it, whatever runs wrote to their folder', async () => {
    put('one');
    const apart = join(folder, 'results');
    mkdirSync(apart);
    const first = await mirrorName([folder], apart);
    writeFileSync(join(apart, 'bundle.json'), '{}');
    symlinkSync(folder, `${folder}-link`);
    expect(await mirrorName([`${folder}-link`], apart)).toBe(first);
    writeFileSync(join(folder, 'results-of-another'), '');
    expect(await mirrorName([folder], apart)).not.toBe(first);
  });

  it('is fit for a file name and tells of no path', async () => {
    expect(await mirrorName([folder, join(folder, 'none')])).toMatch(/^[0-9a-f]{64}$/);
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
