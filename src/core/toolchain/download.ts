import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { installFault } from './fault.js';
import type { FetchPorts } from './fetched.js';

/** Bytes of one download. */
const MOST_BYTES = 2 ** 30;
const MOST_REDIRECTS = 5;
const LONGEST_MS = 15 * 60_000;

/**
 * Downloads a file over https and demands its SHA-256; redirects are followed to https alone. Throws `Fault` code
 * `toolchain`, for other bytes `digest`.
 */
export async function download(
  url: string,
  sha256: string,
  to: string,
  ports: Pick<FetchPorts, 'download' | 'signal'>,
): Promise<void> {
  const signal = AbortSignal.any([ports.signal, AbortSignal.timeout(LONGEST_MS)]);
  const host = new URL(url).host;
  try {
    const body = await bodyOf(url, ports.download, signal);
    const found = await save(body, to);
    if (found !== sha256)
      throw installFault(`${host} gave a file with SHA-256 ${found}, the tool file names ${sha256}`);
  } catch (cause) {
    ports.signal.throwIfAborted();
    if (cause instanceof Error && cause.name === 'Fault') throw cause;
    throw installFault(`the download from ${host} failed`, 'Check the connection, then run again.', cause);
  }
}

async function bodyOf(url: string, get: typeof fetch, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  let at = new URL(url);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    if (at.protocol !== 'https:') throw installFault(`${new URL(url).host} redirects to ${at.protocol}, not https`);
    const response = await get(at, { redirect: 'manual', signal, headers: { accept: 'application/octet-stream' } });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) at = new URL(location, at);
    else if (response.ok && response.body !== null) return response.body;
    else throw installFault(`${at.host} answered ${response.status}`);
  }
  throw installFault(`${new URL(url).host} redirects too often`);
}

async function save(body: AsyncIterable<Uint8Array>, to: string): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(to, 'wx');
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > MOST_BYTES) throw installFault(`a download has more than ${MOST_BYTES} bytes`);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}
