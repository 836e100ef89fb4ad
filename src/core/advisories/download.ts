import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Fault, Refusal } from '../lib/errors.js';
import { type PackName, packLabel } from './kind.js';
import { OSV_LIMITS } from './osv-input.js';
import { RETIRE_BYTES } from './retire.js';

/** https://google.github.io/osv.dev/data/#data-dumps */
const OSV_BASE = 'https://osv-vulnerabilities.storage.googleapis.com';
/** The address and the name that Retire.js 5.7 uses itself. */
const RETIRE_BASE = 'https://raw.githubusercontent.com/RetireJS/retire.js/master/repository';
const RETIRE_NAME = 'jsrepository-v5.json';

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * Address of a pack's data, below the official base or a mirror's. Throws `Refusal` for a base that is not https (but for
 * this machine itself), has credentials or a query, and for the kinds that no plain address serves.
 */
export function packAddress(pack: PackName, mirror?: string): URL {
  const base = mirror === undefined ? undefined : mirrorBase(mirror);
  switch (pack.kind) {
    case 'osv':
      return new URL(`${base ?? OSV_BASE}/${encodeURIComponent(pack.name)}/all.zip`);
    case 'retire':
      return new URL(`${base ?? RETIRE_BASE}/${RETIRE_NAME}`);
    case 'trivy':
      throw noAddress(pack, '`trivy filesystem --download-db-only`');
    case 'grype':
      throw noAddress(pack, '`grype db update`');
  }
}

function noAddress(pack: PackName, command: string): Refusal {
  const label = packLabel(pack);
  const remedy = `Where there is a network, run ${command}, then \`security-scan advisories import ${label} FOLDER\`.`;
  return new Refusal('usage', [{ message: `${label}: no plain address serves this database`, remedy }]);
}

function mirrorBase(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname));
  // The address is kept in the evidence, where a password must not be.
  const plain = url !== undefined && `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (url === undefined || !secure || !plain)
    throw new Refusal('usage', [
      { message: '--from: expected an https address without user name, password and query' },
    ]);
  return url.href.replace(/\/+$/, '');
}

/** Bytes that a download of the kind may have. */
export const downloadLimit = ({ kind }: PackName): number => (kind === 'osv' ? OSV_LIMITS.archiveBytes : RETIRE_BYTES);

/**
 * Downloads to a file that must not exist. Redirects are not followed: they could lead anywhere. Throws `Fault` when the
 * answer is not 200, is cut off, or has more than `maxBytes`.
 */
export async function download(url: URL, to: string, maxBytes: number, signal?: AbortSignal): Promise<void> {
  const where = url.href;
  try {
    const response = await fetch(url, {
      redirect: 'error',
      // A decoded answer has no length to hold it to.
      headers: { 'accept-encoding': 'identity' },
      ...(signal === undefined ? {} : { signal }),
    });
    if (response.status !== 200 || response.body === null) throw new Error(`the answer is ${response.status}`);
    let bytes = 0;
    const counted = new Transform({
      transform(chunk: Buffer, _, done) {
        bytes += chunk.length;
        done(bytes > maxBytes ? new Error(`the answer has more than ${maxBytes} bytes`) : null, chunk);
      },
    });
    await pipeline(Readable.from(response.body), counted, createWriteStream(to, { flags: 'wx' }));
    const length = response.headers.get('content-length');
    if (length !== null && Number(length) !== bytes) throw new Error('the answer was cut off');
  } catch (cause) {
    throw new Fault('advisories', `${where}: ${reasonOf(cause)}`, REMEDY, { cause });
  }
}

const REMEDY = 'Try again, give a mirror with --from URL, or import a file with `security-scan advisories import`.';

/** `fetch` says only that it failed; what happened is its cause. */
function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? inner.message : 'failed';
}
