import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/lib/digest.js';
import type { InstalledSupplier } from '../../../src/core/plan/supplier.js';
import { lockSupplier } from '../../../src/core/toolchain/lock-tools.js';
import { temporaryFolder } from '../../support/scan.js';
import { machine, portsFor, run, toolOf, zip } from './support.js';

const PROGRAM = '#!/bin/sh\necho released\n';

type Answer = { status?: number; location?: string; body?: Buffer | string };

/** Answers like a release page, by address. */
const pages =
  (answers: Readonly<Record<string, Answer>>): typeof fetch =>
  async (input) => {
    const answer = answers[String(input)];
    if (answer === undefined) throw new TypeError(`unexpected address ${input}`);
    const { status = 200, location, body = '' } = answer;
    return new Response(body, { status, headers: location === undefined ? {} : { location } });
  };

function supplierOf(url: string, bytes: Buffer | string, member?: string): InstalledSupplier {
  const archive = { url, sha256: sha256(bytes), ...(member !== undefined && { member }) };
  const [supplier] = toolOf('t', {
    kind: 'release',
    project: 'https://example.org/tool',
    version: '1.0',
    archives: { [machine.platform]: archive },
    run: run('none', 'bin/tool'),
  }).suppliers;
  if (supplier === undefined || supplier.kind === 'embedded') throw new Error('unreachable');
  return supplier;
}

async function install(supplier: InstalledSupplier, answers: Readonly<Record<string, Answer>>) {
  const ports = { ...portsFor(temporaryFolder()), download: pages(answers) };
  const outcome = await lockSupplier(supplier, ports).catch((error: Error) => error);
  const left = readdirSync(ports.store.folder).filter((name) => name !== '.incoming');
  return { outcome, left, store: ports.store };
}

const URL = 'https://example.org/tool';

const tar = async (entries: readonly { name: string; type?: 'symlink'; content?: string }[]): Promise<Buffer> => {
  const archive = pack();
  for (const { name, type, content = '' } of entries) {
    if (type === undefined) archive.entry({ name }, content);
    else archive.entry({ name, type, linkname: '/etc/passwd' });
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of Readable.from(archive)) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
};

const FAILURES: [string, Record<string, Answer>, RegExp][] = [
  ['other bytes', { [URL]: { body: 'evil' } }, /gave a file with SHA-256 .*the tool file names/],
  ['a page that says no', { [URL]: { status: 404 } }, /example\.org answered 404/],
  ['a way to another protocol', { [URL]: { status: 302, location: 'http://example.org/x' } }, /redirects to http:/],
  ['a way to a file', { [URL]: { status: 302, location: 'file:///etc/passwd' } }, /redirects to file:/],
  ['a way in circles', { [URL]: { status: 302, location: URL } }, /redirects too often/],
  ['a connection that breaks', {}, /the download from example\.org failed/],
];

describe('a release is not kept after', () => {
  it.each(FAILURES)('%s', async (_name, answers, message) => {
    const { outcome, left } = await install(supplierOf(URL, PROGRAM), answers);
    expect(outcome).toMatchObject({ name: 'Fault', code: 'toolchain', message: expect.stringMatching(message) });
    expect(left).toEqual([]);
  });

  it('an archive without its program', async () => {
    const archive = await tar([{ name: 'other', content: 'x' }]);
    const url = `${URL}.tar.gz`;
    const { outcome, left } = await install(supplierOf(url, archive, 'tool'), { [url]: { body: archive } });
    expect(String(outcome)).toMatch(/does not hold tool/);
    expect(left).toEqual([]);
  });

  it('a program that is a link, or there twice', async () => {
    const url = `${URL}.tar.gz`;
    const twice = { name: 'tool', content: 'x' };
    for (const entries of [[{ name: 'tool', type: 'symlink' as const }], [twice, twice]]) {
      const archive = await tar(entries);
      const { outcome, left } = await install(supplierOf(url, archive, 'tool'), { [url]: { body: archive } });
      expect(String(outcome)).toMatch(/no plain file in the archive/);
      expect(left).toEqual([]);
    }
  });

  it('an archive that is cut off', async () => {
    const whole = await tar([{ name: 'tool', content: 'x'.repeat(100_000) }]);
    const archive = whole.subarray(0, whole.length - 40);
    const url = `${URL}.tar.gz`;
    const { outcome, left } = await install(supplierOf(url, archive, 'tool'), { [url]: { body: archive } });
    expect(String(outcome)).toMatch(/cannot be read/);
    expect(left).toEqual([]);
  });

  it('a tool file that has nothing for this machine', async () => {
    const supplier = { ...supplierOf(URL, PROGRAM), archives: {} };
    const { outcome } = await install(supplier as InstalledSupplier, {});
    expect(outcome).toMatchObject({ name: 'Refusal' });
  });
});

describe('a release', () => {
  it('is followed over https, and its program can be executed', async () => {
    const other = 'https://cdn.example.org/x';
    const { outcome, left, store } = await install(supplierOf(URL, PROGRAM), {
      [URL]: { status: 302, location: other },
      [other]: { body: PROGRAM },
    });
    expect(outcome).toMatchObject({
      supplier: 'release',
      platform: machine.platform,
      interpreter: null,
      artifacts: [
        { name: 'https://example.org/tool', version: '1.0', file: 'tool', integrity: `sha256-${sha256(PROGRAM)}` },
      ],
    });
    const program = join(store.folder, left[0] ?? '', 'root/bin/tool');
    expect(readFileSync(program, 'utf8')).toBe(PROGRAM);
    expect(statSync(program).mode & 0o777).toBe(0o555);
  });

  it('is taken out of its archive', async () => {
    const entries = [
      { name: 'LICENSE', content: 'words' },
      { name: './dir/tool', content: PROGRAM },
    ];
    const archives: [string, Buffer][] = [
      [`${URL}.tar.gz`, await tar(entries)],
      [`${URL}.zip`, zip([{ name: 'dir/tool', content: PROGRAM, deflate: true }])],
    ];
    const digests = new Set<string>();
    for (const [url, archive] of archives) {
      const { outcome, left } = await install(supplierOf(url, archive, 'dir/tool'), { [url]: { body: archive } });
      expect(outcome).not.toBeInstanceOf(Error);
      digests.add(left.join());
    }
    expect(digests.size).toBe(1);
  });

  it('is read as a stream from a real server', async () => {
    const server = createServer((_request, response) => void response.end(PROGRAM));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const ports = { ...portsFor(temporaryFolder()), download: () => fetch(`http://127.0.0.1:${port}/`) };
    expect(await lockSupplier(supplierOf(URL, PROGRAM), ports)).toMatchObject({ size: PROGRAM.length });
    server.close();
  });
});
