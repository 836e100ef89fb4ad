import { describe, expect, it } from 'vitest';
import { Collection } from '../../../src/workers/snapshot/collect.js';
import { judgeLinks } from '../../../src/workers/snapshot/links.js';
import { LIMITS } from '../../core/source/support.js';

const content = { size: 1, sha256: '', gitBlob: '', lfsPointer: false, class: 'general', tracked: false } as const;

function collection(files: string[], links: Record<string, string>): Collection {
  const request = { kind: 'tar', stdin: false, git: false, format: 'sha1', limits: LIMITS, pathRules: [] } as const;
  const into = new Collection(request);
  for (const path of files) into.taken.push({ ...content, path, at: path, mode: '100644' });
  for (const [path, target] of Object.entries(links))
    into.taken.push({ ...content, path, at: path, mode: '120000', target });
  return into;
}

const judged = (files: string[], links: Record<string, string>, there: string[] = []) => {
  const into = collection(files, links);
  judgeLinks(into, (path) => there.includes(path));
  return into.unread.map(({ path, reason, audit }) => `${path} ${audit ?? reason}`);
};

describe('judgeLinks', () => {
  it.each([
    ['an absolute target', { l: '/etc/passwd' }],
    ['too many ..', { l: '../x' }],
    ['.. through another link', { d: 'a', l: 'd/../../x' }],
    ['a link to a link that leaves', { k: '/etc', l: 'k/passwd' }],
  ])('finds %s', (_name, links: Record<string, string>) => {
    expect(judged(['a/b'], links)).toContain('l escape');
  });

  it('follows links as the system does: .. of a link is the folder that it leads to', () => {
    expect(judged(['a/b/c', 'x'], { d: 'a/b', l: 'd/../b/c' })).toEqual([]);
    expect(judged(['a/b/c', 'x'], { d: 'a/b', l: 'd/../../x' })).toEqual([]);
  });

  it('notes links into what is not scanned', () => {
    expect(judged(['a'], { l: 'node_modules/x', m: '.git/config' }, ['node_modules/x'])).toEqual([
      'l link-unscanned',
      'm link-unscanned',
    ]);
  });

  it('tells to which file or folder that was taken a link leads', () => {
    const into = collection(['a/b', 'c'], { l: 'm/b', m: 'a', root: '.', gone: 'nothing', out: '/c' });
    judgeLinks(into, () => false);
    const found = into.taken.filter(({ target }) => target !== undefined);
    expect(found.map(({ path, leadsTo }) => [path, leadsTo])).toEqual([
      ['l', 'a/b'],
      ['m', 'a'],
      ['root', ''],
      ['gone', undefined],
      ['out', undefined],
    ]);
  });

  it('leaves links alone that lead nowhere, or to what is scanned', () => {
    const endless = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`n${i}`, `n${i + 1}`]));
    expect(
      judged(['a/b'], {
        l: 'a/b',
        m: 'a',
        root: '.',
        loop: 'loop',
        gone: 'nothing',
        long: 'x'.repeat(9000),
        ...endless,
      }),
    ).toEqual([]);
  });
});
