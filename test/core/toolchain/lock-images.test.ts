import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Fault, Refusal } from '../../../src/core/lib/errors.js';
import { lockImage, writeImagesLock } from '../../../src/core/toolchain/lock-images.js';
import { type Answer, type Asked, digestOf, indexFor, registryServer } from './registry-server.js';

const folder = mkdtempSync(join(tmpdir(), 'lock-images-test-'));

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serve(answers: (asked: Asked, host: string) => Answer) {
  const server = await registryServer(answers);
  closing.push(server.close);
  return server;
}

const platform = { os: 'linux', architecture: 'amd64' };
const options = { platform, fetch, signal: new AbortController().signal };
const lock = (host: string, more: { registryMirror?: string } = {}) =>
  lockImage(`${host}/team/base:1`, { ...options, ...more });

/** What locking failed with. */
async function faultOf(locking: Promise<unknown>): Promise<Fault> {
  const error = await locking.catch((reason: unknown) => reason);
  if (!(error instanceof Fault)) throw error;
  return error;
}

describe('a reference that cannot be locked', () => {
  it.each([
    'node',
    'node:22',
    'docker.io/library/node',
    `r.example/a@sha256:${'a'.repeat(64)}`,
    'r.example/A:1',
    'r.example/a b:1',
  ])('is refused: %s', async (reference) => {
    await expect(lockImage(reference, options)).rejects.toThrow(Refusal);
  });

  it('is not asked for at something that is no registry', async () => {
    await expect(lockImage('r.example/a:1', { ...options, registryMirror: 'https://r.example' })).rejects.toThrow(
      Refusal,
    );
  });
});

describe('a registry that cannot be believed', () => {
  it.each([404, 403, 429, 500])('answers %i: the error names image, registry, status and remedy', async (status) => {
    const { host } = await serve(() => ({ status }));
    const { message, remedy, code } = await faultOf(lock(host));
    for (const part of ['team/base', host, String(status), 'manifest 1']) expect(message).toContain(part);
    expect([code, remedy]).toEqual(['toolchain', expect.stringMatching(/./)]);
  });

  it('calls what it gave by another digest', async () => {
    const headers = { 'docker-content-digest': digestOf('other') };
    const { host } = await serve(() => ({ headers, body: indexFor('amd64') }));
    expect((await faultOf(lock(host))).code).toBe('digest');
  });

  it.each(['', '[]x', '"text"', '{"manifests":1}', '{}'])('gave no manifest: %s', async (body) => {
    const { host } = await serve(() => ({ body }));
    expect((await faultOf(lock(host))).code).toBe('toolchain');
  });

  it('sends without end', async () => {
    const { host } = await serve(() => ({ body: Buffer.alloc(5 * 2 ** 20, 32) }));
    expect((await faultOf(lock(host))).message).toContain('more than 4194304 bytes');
  });

  it('leads to another protocol, or in a circle', async () => {
    const away = await serve(() => ({ status: 307, headers: { location: 'http://r.example/v2/' } }));
    expect((await faultOf(lock(away.host))).message).toContain('not https');
    const nowhere = await serve(() => ({ status: 307, headers: { location: 'https://' } }));
    expect((await faultOf(lock(nowhere.host))).message).toContain('no address');
    const round = await serve(({ url }) => ({ status: 307, headers: { location: url } }));
    expect((await faultOf(lock(round.host))).message).toContain('redirects too often');
  });

  it('is not there', async () => {
    const { host, close } = await registryServer(() => ({}));
    await close();
    const { message, remedy } = await faultOf(lock(host));
    expect([message, remedy]).toEqual([
      expect.stringContaining('cannot be reached'),
      expect.stringContaining('--registry-mirror'),
    ]);
  });

  it.each(['Basic realm="x"', 'Bearer service="x"', 'Bearer realm="no url"', ''])(
    'wants credentials: %s',
    async (challenge) => {
      const { host, asked } = await serve(() => ({ status: 401, headers: { 'www-authenticate': challenge } }));
      expect((await faultOf(lock(host))).remedy).toContain('--base-image');
      expect(asked).toHaveLength(1);
    },
  );

  it('has its tokens given where nobody is authenticated', async () => {
    const headers = { 'www-authenticate': 'Bearer realm="http://tokens.example/t",service="x"' };
    const { host } = await serve(() => ({ status: 401, headers }));
    expect((await faultOf(lock(host))).message).toContain('not https');
  });

  it.each(['{}', '{"token":""}', '{"token":"a\\nb"}', 'x'])('gives no usable token: %s', async (body) => {
    const { host } = await serve(({ url }, at) =>
      url.startsWith('/t')
        ? { body }
        : { status: 401, headers: { 'www-authenticate': `Bearer realm="http://${at}/t"` } },
    );
    expect((await faultOf(lock(host))).message).toContain('no token');
  });
});

describe('an image for another platform', () => {
  it('is an index without it', async () => {
    const { host } = await serve(() => ({ body: indexFor('arm64', 's390x') }));
    expect((await faultOf(lock(host))).message).toContain('not there for linux/amd64');
  });

  it('says so in its configuration, which must be the one of the manifest', async () => {
    const config = JSON.stringify({ os: 'linux', architecture: 'arm64' });
    const manifest = JSON.stringify({ schemaVersion: 2, config: { digest: digestOf(config) } });
    const honest = await serve(({ url }) => ({ body: url.includes('/blobs/') ? config : manifest }));
    expect((await faultOf(lock(honest.host))).message).toContain('not there for linux/amd64');
    const forged = config.replace('arm64', 'amd64');
    const lying = await serve(({ url }) => ({ body: url.includes('/blobs/') ? forged : manifest }));
    expect((await faultOf(lock(lying.host))).code).toBe('digest');
  });
});

describe('locking an image', () => {
  const index = indexFor('amd64', 'arm64');

  it('takes the digest of the index', async () => {
    const headers = { 'docker-content-digest': digestOf(index) };
    const { host, asked } = await serve(() => ({ headers, body: index }));
    expect(await lock(host)).toEqual({ reference: `${host}/team/base:1`, digest: digestOf(index) });
    expect(asked.map(({ url }) => url)).toEqual(['/v2/team/base/manifests/1']);
    expect(asked[0]?.accept).toContain('application/vnd.oci.image.index.v1+json');
  });

  it('takes the manifest where there is no index, and drops the digest of before', async () => {
    const config = JSON.stringify({ os: 'linux', architecture: 'amd64' });
    const manifest = JSON.stringify({ schemaVersion: 2, config: { digest: digestOf(config) } });
    const { host } = await serve(({ url }) => ({ body: url.includes('/blobs/') ? config : manifest }));
    const locked = await lockImage(`${host}/team/base:1@sha256:${'a'.repeat(64)}`, options);
    expect(locked).toEqual({ reference: `${host}/team/base:1`, digest: digestOf(manifest) });
  });

  it('asks for a token that everybody gets, for reading this repository alone, and keeps it from others', async () => {
    const elsewhere = await serve(() => ({ body: index }));
    const { host, asked } = await serve(({ url, authorization }, at): Answer => {
      if (url.startsWith('/token')) return { body: JSON.stringify({ access_token: 'open' }) };
      const challenge = `Bearer realm="http://${at}/token?x=1",service="a b",scope="repository:*:push"`;
      if (authorization !== 'Bearer open') return { status: 401, headers: { 'www-authenticate': challenge } };
      return { status: 307, headers: { location: `http://${elsewhere.host}/moved` } };
    });
    expect((await lock(host)).digest).toBe(digestOf(index));
    expect(asked[1]?.url).toBe('/token?x=1&service=a+b&scope=repository%3Ateam%2Fbase%3Apull');
    expect([asked[1]?.authorization, elsewhere.asked[0]?.authorization]).toEqual([undefined, undefined]);
  });

  it('asks a mirror under the same name, and keeps the image’s own', async () => {
    const { host, asked } = await serve(() => ({ body: index }));
    const mirrored = await lockImage('docker.io/library/node:22', { ...options, registryMirror: `${host}/proxy` });
    expect(mirrored).toEqual({ reference: 'docker.io/library/node:22', digest: digestOf(index) });
    expect(asked.map(({ url }) => url)).toEqual(['/v2/proxy/library/node/manifests/22']);
  });
});

it('writes a lock whole', async () => {
  const path = join(folder, 'images.lock.json');
  writeFileSync(path, 'before');
  await writeImagesLock(path, { schemaVersion: 1 });
  expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual([
    '{\n  "schemaVersion": 1\n}\n',
    ['images.lock.json'],
  ]);
});
