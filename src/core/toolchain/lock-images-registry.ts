import {
  type Asking,
  demandSafe,
  LONGEST_MS,
  originOf,
  type RegistryPorts,
  readBody,
  registryFault,
  send,
} from './lock-images-ask.js';
import { bearerToken } from './lock-images-token.js';

/** A repository of a registry, as `docker pull` names it: `registry.example:5000` and `team/image`. */
export interface Repository {
  registry: string;
  name: string;
}

/** A document of a registry with its bytes, from which its digest is made. */
export interface RegistryDocument {
  bytes: Buffer;
  /** What the registry calls its digest, if it says so. */
  said: string | null;
}

/** All kinds of manifest, indexes first (OCI image-spec 1.1, Docker image manifest v2 schema 2). */
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** The OCI distribution specification, 1.1: a registry must take manifests of 4 MiB. */
const MOST_BYTES = 4 * 2 ** 20;
const MOST_REDIRECTS = 5;

/** One conversation with a repository; the token that it gives to everybody is asked for once. */
export function openRepository({ registry, name }: Repository, ports: RegistryPorts) {
  const origin = originOf(registry);
  let token: string | undefined;
  const get = async (what: string, path: string, accept: string): Promise<RegistryDocument> => {
    const signal = AbortSignal.any([ports.signal, AbortSignal.timeout(LONGEST_MS)]);
    const asking = { origin, registry, name, what, signal, fetch: ports.fetch };
    const url = new URL(`/v2/${name}/${path}`, origin);
    let response = await follow(asking, url, accept, token);
    if (response.status === 401) {
      token = await bearerToken(response.headers.get('www-authenticate'), asking);
      response = await follow(asking, url, accept, token);
    }
    if (!response.ok) throw registryFault(asking, `answered ${response.status}`, remedyFor(response.status));
    return { bytes: await readBody(response, MOST_BYTES, asking), said: response.headers.get('docker-content-digest') };
  };
  return {
    manifest: (reference: string) => get(`manifest ${reference}`, `manifests/${reference}`, MANIFESTS),
    blob: (digest: string) => get(`blob ${digest}`, `blobs/${digest}`, 'application/octet-stream'),
  };
}

function remedyFor(status: number): string {
  if (status === 404) return 'Check repository and tag; a mirror must have it under the same name.';
  if (status === 401 || status === 403)
    return 'Use a registry that gives the image to everybody (--registry-mirror), or name its digest with --base-image.';
  if (status === 429) return 'It is asked too often: wait, or use a mirror of your own (--registry-mirror).';
  return 'Run again later, or use a mirror (--registry-mirror).';
}

/** Redirects lead to https alone, except on this machine, and the token stays with the registry. */
async function follow(asking: Asking, url: URL, accept: string, token: string | undefined): Promise<Response> {
  let at = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const own = at.origin === url.origin && token !== undefined;
    const headers = { accept, ...(own && { authorization: `Bearer ${token}` }) };
    const response = await send(asking, at, headers);
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    if (!URL.canParse(location, at.href))
      throw registryFault(asking, 'redirects to what is no address', 'Use a mirror (--registry-mirror).');
    at = new URL(location, at);
    demandSafe(at, asking);
  }
  throw registryFault(asking, 'redirects too often', 'Use a mirror (--registry-mirror).');
}
