import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digests, Store } from '../../../src/workers/snapshot/store.js';

const root = mkdtempSync(join(tmpdir(), 'store-test-'));
const store = new Store(root, 'sha1');

describe('a store', () => {
  it('never touches what is there already', () => {
    store.write('once', Buffer.from('1'));
    expect(() => store.write('once', Buffer.from('2'))).toThrow('EEXIST');
    expect(readFileSync(join(root, 'once'), 'utf8')).toBe('1');
  });

  it('tells of what it writes as of what it is given', () => {
    const contents = ['', 'one', '\0'.repeat(100_000)].map((text) => Buffer.from(text));
    for (const [i, bytes] of contents.entries()) {
      expect(store.write(`in/${i}`, bytes)).toEqual(digests(bytes, 'sha1'));
      expect(readFileSync(join(root, `in/${i}`))).toEqual(bytes);
    }
    expect(statSync(join(root, 'in/0')).mode & 0o777).toBe(0o644);
  });

  it('leaves nothing of content that ends early or late', async () => {
    for (const size of [2, 4])
      await expect(store.stream(`bad${size}`, size, [Buffer.from('abc')])).rejects.toMatchObject({ code: 'ECHANGED' });
    expect(existsSync(join(root, 'bad2')) || existsSync(join(root, 'bad4'))).toBe(false);
  });

  it('hashes streams as it hashes buffers, and as git does', async () => {
    const bytes = Buffer.from('some content\n');
    const streamed = await store.stream('a/b/c', bytes.length, [bytes.subarray(0, 5), bytes.subarray(5)]);
    expect(streamed).toEqual(digests(bytes, 'sha1'));
    expect(streamed.gitBlob).toBe(
      execFileSync('git', ['hash-object', '--stdin'], { input: bytes, encoding: 'utf8' }).trim(),
    );
    expect(statSync(join(root, 'a/b/c')).mode & 0o777).toBe(0o644);
  });
});
