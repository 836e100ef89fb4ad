import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blobsToRead, objectId, parseCommit, parseTreeListing, treeId } from '../../../src/core/source/git-objects.js';
import { rawOf } from '../../../src/core/source/names.js';
import { git, workshop } from './support.js';

const shop = workshop();
const ID = 'a'.repeat(40);

describe('treeId', () => {
  it.each(['sha1', 'sha256'] as const)('is the id that git write-tree gives, with %s', (format) => {
    const repo = shop.folder();
    git(repo, 'init', '-q', `--object-format=${format}`);
    const name = fc.constantFrom('a', 'a.b', 'a-b', 'a0', 'b', 'B', 'x y', '\xff', '\xc3\xa9');
    const file = fc.record({
      path: fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/')),
      mode: fc.constantFrom('100644', '100755', '120000'),
      id: fc.constant(objectId('blob', Buffer.from('x'), format)),
    });
    const same = (files: { path: string; mode: string; id: string }[]) => {
      const plain = files.filter(({ path }) => !files.some((other) => other.path.startsWith(`${path}/`)));
      const lines = plain.map(({ mode, id, path }) => `${mode} ${id}\t${path}\x00`).join('');
      git(repo, 'read-tree', '--empty');
      execFileSync('git', ['update-index', '-z', '--index-info'], { cwd: repo, input: Buffer.from(lines, 'latin1') });
      expect(treeId(plain, format)).toBe(git(repo, 'write-tree', '--missing-ok'));
    };
    fc.assert(fc.property(fc.uniqueArray(file, { selector: ({ path }) => path, maxLength: 8 }), same), { numRuns: 12 });
  });
});

describe('parseTreeListing', () => {
  it.each([
    `100644 blob ${ID}\ta`,
    `100644 tree ${ID}\ta\x00`,
    '100644 blob zz\ta\x00',
    `100644 blob ${ID}\t\x00`,
    '\x00',
  ])('refuses %j', (text) => {
    expect(() => parseTreeListing(Buffer.from(text))).toThrow();
  });

  it('reads names of any bytes, sizes and submodules', () => {
    const text = `100644 blob ${ID}     12\ta\n\tb\xff\x00160000 commit ${ID}       -\tlib\x00100644 blob ${ID}     BAD\tgone\x00`;
    const items = parseTreeListing(Buffer.from(text, 'latin1'));
    expect(items).toEqual([
      { mode: '100644', type: 'blob', id: ID, path: 'a\n\tb\xff', size: 12 },
      { mode: '160000', type: 'commit', id: ID, path: 'lib' },
      { mode: '100644', type: 'blob', id: ID, path: 'gone' },
    ]);
    expect(blobsToRead(items, { maxFileBytes: 12 })).toEqual([items[0]]);
    expect(blobsToRead(items, { maxFileBytes: 11 })).toEqual([]);
  });
});

describe('parseCommit', () => {
  const batch = (content: string, id = objectId('commit', Buffer.from(content), 'sha1')) =>
    Buffer.from(`${id} commit ${Buffer.byteLength(content)}\n${content}\n`);
  const commit = (committer: string) =>
    `tree ${ID}\nauthor A <a> 1 +0000\ncommitter ${committer}\n\nmessage\ncommitter B <b> 9 +0000\n`;

  it('refuses content that is not what its id says', () => {
    expect(() => parseCommit(batch(commit('A <a> 1 +0000'), 'b'.repeat(40)))).toThrow('other content than its id says');
  });

  it.each(['', 'HEAD^{commit} missing\n', `${ID} tree 0\n\n`])('finds none in %j', (text) => {
    expect(parseCommit(Buffer.from(text))).toBeUndefined();
  });

  it.each([
    ['A <a> 1704164645 +0100', '2024-01-02T03:04:05Z'],
    ['A <a> 999999999999 +0000', '1970-01-01T00:00:00Z'],
    ['A <a> nonsense', '1970-01-01T00:00:00Z'],
  ])('reads the time of %j', (committer, time) => {
    expect(parseCommit(batch(commit(committer)))).toMatchObject({ tree: ID, time });
  });

  it('takes no header from a signature or message', () => {
    const content = `tree ${ID}\ncommitter A <a> 5 +0000\ngpgsig x\n tree ${'b'.repeat(40)}\n\ntree ${'c'.repeat(40)}\n`;
    expect(parseCommit(batch(content))).toMatchObject({ tree: ID, time: '1970-01-01T00:00:05Z' });
    expect(rawOf(batch(content))).toContain('gpgsig');
  });
});
