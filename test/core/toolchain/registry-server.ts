import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sha256 } from '../../../src/core/lib/digest.js';

/** One answer: a status, headers and a body. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface Asked {
  url: string;
  authorization: string | undefined;
  accept: string | undefined;
}

/** A registry on loopback that answers by path; what it was asked is kept. */
export async function registryServer(answers: (asked: Asked, host: string) => Answer) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const { authorization, accept } = request.headers;
    const one = { url: request.url ?? '', authorization, accept };
    asked.push(one);
    const { status = 200, headers = {}, body = '' } = answers(one, request.headers.host ?? '');
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, asked, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** An index for these architectures of Linux. */
export const indexFor = (...architectures: string[]): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: architectures.map((architecture) => ({
      digest: `sha256:${sha256(architecture)}`,
      platform: { os: 'linux', architecture },
    })),
  });

export const digestOf = (text: string): string => `sha256:${sha256(text)}`;
