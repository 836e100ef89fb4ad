import { linkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainFiles } from '../../../src/core/lib/sandbox/plain-files.js';
import { readIndex } from '../../../src/core/source/read-index.js';
import { LIMITS, workshop, write } from './support.js';

const shop = workshop();
const entry = (more: object = {}) => ({
  type: 'entry',
  path: 'a',
  at: 'a',
  size: 1,
  sha256: 'a'.repeat(64),
  gitBlob: 'b'.repeat(40),
  mode: '100644',
  class: 'general',
  tracked: false,
  ...more,
});
const end = (entries: number, unread = 0) => ({ type: 'end', entries, unread, bytes: 1, ignored: 0 });

function index(lines: readonly object[], files: Record<string, string> = { a: '1', b: '2' }): string {
  const folder = write(shop.folder(), { 'index.jsonl': lines.map((line) => `${JSON.stringify(line)}\n`).join('') });
  write(join(folder, 'general'), files);
  return folder;
}

/** The index of a folder that holds the files too. */
const read = (folder: string) => readIndex(folder, plainFiles(folder), 's', LIMITS);

describe('readIndex', () => {
  const hostile: [string, object[]][] = [
    ['no end', [entry()]],
    ['nothing', []],
    ['lines after the end', [end(0), entry()]],
    ['a wrong count', [entry(), end(2)]],
    ['an unknown key', [entry({ more: 1 }), end(1)]],
    ['an unknown key for a known one', [entry({ tracked: undefined, more: false }), end(1)]],
    ['a mode that is none', [entry({ mode: '040000' }), end(1)]],
    ['a class that is none', [entry({ class: '../general' }), end(1)]],
    ['a flag that is none', [entry({ tracked: 'false' }), end(1)]],
    ['a size beyond what can be counted', [entry({ size: 2 ** 53 }), end(1)]],
    ['a path that is no text', [entry({ path: ['a'] }), end(1)]],
    ['a line that is no object', [[], end(0)]],
    ['a refusal without its kind', [{ type: 'refused', message: 'm', remedy: 'r' }]],
    ['an unknown type', [{ type: 'evil' }, end(0)]],
    ['a file that leads somewhere', [entry({ leadsTo: 'a' }), end(1)]],
    ['a link that leads to no path', [entry({ mode: '120000', leadsTo: '%~zz' }), end(1)]],
    ['a link that leads to a number', [entry({ mode: '120000', leadsTo: 1 }), end(1)]],
    ['another order', [entry({ path: 'b', at: 'b' }), entry(), end(2)]],
    ['one path twice', [entry(), entry({ at: 'b' }), end(2)]],
    ['one place twice', [entry(), entry({ path: 'b' }), end(2)]],
    ['one place twice, before its own path', [entry({ at: 'b' }), entry({ path: 'b', at: 'b' }), end(2)]],
    ['one place twice, of no path', [entry({ at: 'c' }), entry({ path: 'b', at: 'c' }), end(2)]],
    ['a place outside', [entry({ at: '../a' }), end(1)]],
    ['an absolute place', [entry({ at: '/etc/passwd' }), end(1)]],
    ['a place with a dot', [entry({ at: 'x/./a' }), end(1)]],
    ['a folder as place', [entry({ at: 'x/' }), end(1)]],
    ['a path that nothing escapes to', [entry({ path: '%~zz' }), end(1)]],
    ['a negative size', [entry({ size: -1 }), end(1)]],
    ['another size', [entry({ size: 2 }), end(1)]],
    ['a file that is not there', [entry({ path: 'c', at: 'c' }), end(1)]],
    ['a hash that is none', [entry({ sha256: 'x' }), end(1)]],
    ['too large a file', [entry({ size: LIMITS.maxFileBytes + 1 }), end(1)]],
  ];
  it.each(hostile)('refuses an index with %s', async (_name, lines) => {
    await expect(read(index(lines))).rejects.toMatchObject({ name: 'Fault', code: 'snapshot' });
  });

  it('refuses files that are links', async () => {
    const folder = index([entry({ path: 'l', at: 'l', size: 1 }), end(1)]);
    symlinkSync('/etc/passwd', join(folder, 'general/l'));
    await expect(read(folder)).rejects.toThrow('not there as it says');
    const hard = index([entry({ path: 'h', at: 'h' }), end(1)]);
    linkSync(join(hard, 'general/a'), join(hard, 'general/h'));
    await expect(read(hard)).rejects.toThrow('not there as it says');
  });

  it('refuses files behind a link, which could be any of the host', async () => {
    const elsewhere = write(shop.folder(), { key: '1' });
    const folder = index([entry({ path: 'd/key', at: 'd/key' }), end(1)]);
    symlinkSync(elsewhere, join(folder, 'general/d'));
    await expect(read(folder)).rejects.toThrow('not there as it says');
  });

  it('refuses an index that is a link or no JSON', async () => {
    const folder = shop.folder();
    symlinkSync('/etc/passwd', join(folder, 'index.jsonl'));
    await expect(read(folder)).rejects.toMatchObject({ name: 'Fault' });
    const broken = write(shop.folder(), { 'index.jsonl': '{"type":"end"' });
    await expect(read(broken)).rejects.toMatchObject({ name: 'Fault' });
  });

  it('refuses an index with a prototype as key', async () => {
    const line = JSON.stringify(entry({ tracked: undefined })).replace(/}$/, ',"__proto__":{"tracked":true}}');
    const folder = write(shop.folder(), { 'index.jsonl': `${line}\n${JSON.stringify(end(1))}\n` });
    write(join(folder, 'general'), { a: '1' });
    await expect(read(folder)).rejects.toThrow('a line that is not one');
  });

  it('tells a source over its caps from what is no source', async () => {
    const told = (why: string) => read(index([{ type: 'refused', why, message: 'm', remedy: 'r' }]));
    await expect(told('cap')).rejects.toMatchObject({
      name: 'Fault',
      code: 'snapshot',
      message: 's: m',
      remedy: 'r',
    });
    await expect(told('source')).rejects.toMatchObject({ name: 'Refusal', code: 'source' });
  });

  it('reads what the worker writes', async () => {
    const unread = { type: 'unread', path: 'l', reason: 'symlink-escape', detail: 'x', audit: 'escape' };
    const known = await read(index([entry(), entry({ path: 'b', at: 'b' }), unread, end(2, 1)]));
    expect(known.entries.map(({ path }) => path)).toEqual(['a', 'b']);
    expect(known.unread).toEqual([unread]);
  });
});
