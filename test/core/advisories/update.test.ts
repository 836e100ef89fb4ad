import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { download, packAddress } from '../../../src/core/advisories/download.js';
import { parsePackName } from '../../../src/core/advisories/kind.js';
import { packsFor } from '../../../src/core/advisories/store.js';
import { updatePack } from '../../../src/core/advisories/update.js';
import { failure, freshFolder, record, retireList, TODAY, take, zipOf } from './data.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A mirror on this machine; resolves to its address. */
async function mirror(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mirror/`;
}

const update = (store: string, label: string, from: string, date?: string) =>
  updatePack(store, { pack: parsePackName(label), from, date, today: TODAY });

describe('an address is refused', () => {
  it.each([
    'http://example.org',
    'ftp://example.org',
    'file:///etc',
    'example.org',
    'https://u:p@example.org',
    'https://example.org/?token=x',
    'http://127.0.0.1.example.org',
    '',
  ])('%j', (from) =>
    expect(() => packAddress(parsePackName('osv/npm'), from)).toThrow(/--from: expected an https address/),
  );

  it.each([
    ['trivy', /trivy filesystem --download-db-only/],
    ['grype', /grype db update/],
  ] as const)('of %s, with what to do instead', (label, message) =>
    expect(() => packAddress(parsePackName(label))).toThrow(message),
  );

  it('which is never the case with the official ones', () => {
    const address = (label: string, from?: string) => packAddress(parsePackName(label), from).href;
    expect(address('osv/GitHub Actions')).toBe(
      'https://osv-vulnerabilities.storage.googleapis.com/GitHub%20Actions/all.zip',
    );
    expect(address('retire')).toMatch(/^https:\/\/raw\.githubusercontent\.com\/RetireJS\/.*\.json$/);
    expect(address('osv/npm', 'https://mirror.example.org/osv//')).toBe('https://mirror.example.org/osv/npm/all.zip');
  });
});

describe('a download that fails leaves the pack in use', () => {
  const html = Buffer.from('<html>not found</html>');
  it.each<[string, (data: Buffer) => RequestListener, number, RegExp]>([
    ['not found', () => (_, answer) => void answer.writeHead(404).end(html), 3, /the answer is 404/],
    ['refused', () => (_, answer) => void answer.writeHead(405).end(), 3, /the answer is 405/],
    [
      'a redirect',
      () => (_, answer) => void answer.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      3,
      /redirect/,
    ],
    [
      'cut off by its length',
      (data) => (_, answer) => {
        answer.writeHead(200, { 'content-length': data.length + 5 });
        answer.write(data, () => answer.destroy());
      },
      3,
      /./,
    ],
    [
      'cut off in a chunk',
      (data) => (_, answer) => {
        answer.write(data.subarray(0, 50), () => answer.destroy());
      },
      3,
      /./,
    ],
    [
      'cut off and said to be whole',
      (data) => (_, answer) => void answer.end(data.subarray(0, -5)),
      2,
      /all\.zip: is not a sound zip/,
    ],
    ['an error page', () => (_, answer) => void answer.end(html), 2, /is not a sound zip/],
    ['nothing', () => (_, answer) => void answer.end(), 2, /is not a sound zip/],
  ])('%s', async (_, listener, exit, message) => {
    const store = freshFolder();
    const path = await zipOf([['A-1.json', record('A-1')]]);
    const before = await take(store, 'osv/npm', path);
    const failed = await failure(update(store, 'osv/npm', await mirror(listener(readFileSync(path)))));
    expect(failed).toEqual({ exit, message: expect.stringMatching(message) });
    expect((await packsFor('osv', store)).get('npm')?.digest).toBe(before.digest);
    expect(readdirSync(join(store, 'staging'))).toEqual([]);
  });

  it('no server', async () => {
    const store = freshFolder();
    const failed = await failure(update(store, 'osv/npm', 'http://127.0.0.1:1/'));
    expect(failed).toEqual({
      exit: 3,
      message: expect.stringMatching(/127\.0\.0\.1:1\/npm\/all\.zip[\s\S]*advisories import/),
    });
  });

  it('older data than those in use', async () => {
    const store = freshFolder();
    await take(store, 'osv/npm', await zipOf([['A-1.json', record('A-1')]]));
    const old = readFileSync(await zipOf([['A-1.json', record('A-1', { modified: '2026-01-01T00:00:00Z' })]]));
    const failed = await failure(update(store, 'osv/npm', await mirror((_, answer) => void answer.end(old))));
    expect(failed).toEqual({ exit: 2, message: expect.stringMatching(/http:.*all\.zip: ends on 2026-01-01/) });
  });

  it('a list from a mirror without its day', async () => {
    expect((await failure(update(freshFolder(), 'retire', 'https://example.org')))?.message).toMatch(/--date: needed/);
  });
});

describe('a download', () => {
  it('ends at the cap', async () => {
    const from = await mirror((_, answer) => void answer.end(Buffer.alloc(5000)));
    const to = join(freshFolder(), 'data');
    expect((await failure(download(new URL(from), to, 4999)))?.message).toMatch(/more than 4999 bytes/);
    await download(new URL(from), join(freshFolder(), 'data'), 5000);
  });

  it('is stopped by a signal', async () => {
    const stop = new AbortController();
    const from = await mirror((_, answer) => void answer.write('x', () => stop.abort()));
    const to = join(freshFolder(), 'data');
    expect((await failure(download(new URL(from), to, 100, stop.signal)))?.exit).toBe(3);
  });

  it('becomes the pack in use, with its address', async () => {
    const store = freshFolder();
    const data = readFileSync(await zipOf([['A-1.json', record('A-1')]]));
    const asked: (string | undefined)[] = [];
    const from = await mirror(({ url, headers }, answer) => {
      asked.push(url, headers['accept-encoding']?.toString());
      answer.end(data);
    });
    const pack = await update(store, 'osv/npm', from);
    expect(asked).toEqual(['/mirror/npm/all.zip', 'identity']);
    expect(pack).toMatchObject({ source: `${from}npm/all.zip`, imported: TODAY, count: 1 });
    expect((await packsFor('osv', store)).get('npm')).toEqual(pack);
    expect(existsSync(join(store, pack.digest, 'all.zip'))).toBe(true);
  });

  it('of a Retire.js list has the day that the operator gives', async () => {
    const from = await mirror((_, answer) => void answer.end(JSON.stringify(retireList)));
    expect((await update(freshFolder(), 'retire', from, '2026-08-20')).newest).toBe('2026-08-20T00:00:00Z');
  });
});
