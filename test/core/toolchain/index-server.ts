import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';
import { sha256 } from '../../../src/core/lib/digest.js';

/** A package index (Simple repository API) on loopback, whose files a test may change. */
export interface Index {
  /** Wheels and other files by name. */
  files: Map<string, Buffer>;
  /** What the index says of a file's hash, when it lies. */
  hashes: Map<string, string>;
  /** Paths that were asked for. */
  asked: string[];
  /** pip's settings. */
  env: Record<string, string>;
}

export async function serveIndex(files: Readonly<Record<string, Buffer>>): Promise<Index> {
  const index: Index = { files: new Map(Object.entries(files)), hashes: new Map(), asked: [], env: {} };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://localhost').pathname;
    index.asked.push(path);
    const [, folder, name = ''] = path.split('/');
    const file = index.files.get(name);
    if (folder === 'files' && file !== undefined) return void response.end(file);
    const links = [...index.files].filter(([one]) => one.toLowerCase().startsWith(`${name.replaceAll('-', '_')}-`));
    if (folder !== 'simple' || links.length === 0) return void response.writeHead(404).end();
    response.setHeader('content-type', 'text/html');
    const anchors = links.map(
      ([one, bytes]) => `<a href="/files/${one}#sha256=${index.hashes.get(one) ?? sha256(bytes)}">${one}</a>`,
    );
    response.end(`<!DOCTYPE html><html><body>${anchors.join('\n')}</body></html>`);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  afterAll(() => void server.close());
  const { port } = server.address() as AddressInfo;
  // PIP_CONFIG_FILE: what a developer has configured must not decide a test.
  index.env = { PIP_INDEX_URL: `http://127.0.0.1:${port}/simple/`, PIP_CONFIG_FILE: '/dev/null', PIP_RETRIES: '0' };
  return index;
}
