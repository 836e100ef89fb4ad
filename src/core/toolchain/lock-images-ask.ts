import { Fault } from '../lib/errors.js';

/** What asking a registry needs from outside. */
export interface RegistryPorts {
  fetch: typeof fetch;
  signal: AbortSignal;
}

/** One question, as errors tell it. */
export interface Asking extends RegistryPorts {
  origin: string;
  registry: string;
  name: string;
  what: string;
}

/** A `Fault` code `toolchain` that names image, registry and what went wrong. */
export const registryFault = (
  { registry, name, what }: Asking,
  wrong: string,
  remedy: string,
  cause?: unknown,
): Fault => new Fault('toolchain', `image ${name}: the registry ${registry} ${wrong} for ${what}`, remedy, { cause });

/** Milliseconds for one answer. */
export const LONGEST_MS = 60_000;

/** Where Docker Hub answers, whose name is another one (distribution/reference, `docker.io`). */
const HOSTS: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' };

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3})(:\d+)?$/;

/** The origin of a registry: https, and http for one on this machine alone. */
export const originOf = (registry: string): string =>
  `${LOOPBACK.test(registry) ? 'http' : 'https'}://${HOSTS[registry] ?? registry}`;

/** What a registry names itself is asked over https, or on this machine when the registry is there too. */
export function demandSafe(url: URL, asking: Asking): void {
  const local = asking.origin.startsWith('http:') && url.protocol === 'http:' && LOOPBACK.test(url.host);
  if (url.protocol !== 'https:' && !local)
    throw registryFault(asking, `leads to ${url.protocol}//${url.host}, not https`, 'Use another registry.');
}

/** Asks once. Throws `Fault` code `toolchain` when there is no answer. */
export async function send(asking: Asking, url: URL, headers: Record<string, string>): Promise<Response> {
  const { fetch, signal } = asking;
  try {
    return await fetch(url, { redirect: 'manual', signal, headers });
  } catch (cause) {
    const late = cause instanceof Error && cause.name === 'TimeoutError';
    const remedy = 'Check the connection and the name; without one, use a mirror (--registry-mirror).';
    throw registryFault(asking, late ? `gave no answer in ${LONGEST_MS / 1000} s` : 'cannot be reached', remedy, cause);
  }
}

/** All of an answer. Throws `Fault` code `toolchain` when it is longer than it may be or breaks off. */
export async function readBody(response: Response, most: number, asking: Asking): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > most) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw registryFault(asking, 'broke off', 'Run again.', cause);
  }
  if (size > most) throw registryFault(asking, `gave more than ${most} bytes`, 'Use another registry.');
  return Buffer.concat(chunks);
}
