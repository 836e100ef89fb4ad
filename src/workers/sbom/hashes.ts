/** Hash names of lockfiles → CycloneDX name and length in bytes. */
const ALGORITHMS: ReadonlyMap<string, { name: string; bytes: number }> = new Map([
  ['sha1', { name: 'SHA-1', bytes: 20 }],
  ['sha256', { name: 'SHA-256', bytes: 32 }],
  ['sha384', { name: 'SHA-384', bytes: 48 }],
  ['sha512', { name: 'SHA-512', bytes: 64 }],
]);

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const HEX = /^[0-9a-f]+$/i;

/** Subresource integrity (W3C SRI): `sha512-<base64>`, several parted by spaces. What is not well-formed is left out. */
export function fromIntegrity(integrity: string | undefined): Record<string, string> {
  const parts = (integrity ?? '').split(/\s+/).map((part) => {
    const dash = part.indexOf('-');
    const digest = part.slice(dash + 1).split('?')[0] ?? '';
    return entry(part.slice(0, Math.max(dash, 0)), BASE64.test(digest) ? Buffer.from(digest, 'base64') : undefined);
  });
  return Object.fromEntries(parts.flat());
}

/** A digest in hexadecimal under its algorithm's name; nothing when it is not well-formed. */
export function fromHex(algorithm: string, digest: string | undefined): Record<string, string> {
  if (digest === undefined || !HEX.test(digest)) return {};
  return Object.fromEntries(entry(algorithm, Buffer.from(digest, 'hex')));
}

/**
 * `sha256:<hex>` of a package's files. A version of a Python package has one file per platform; a single hash
 * can stand for the package only when there is a single file, so several give nothing.
 */
export function fromOnlyFile(hashes: readonly string[]): Record<string, string> {
  const [only, ...others] = new Set(hashes);
  if (only === undefined || others.length > 0) return {};
  const colon = only.indexOf(':');
  return fromHex(only.slice(0, Math.max(colon, 0)), only.slice(colon + 1));
}

function entry(algorithm: string, digest: Buffer | undefined): [string, string][] {
  const known = ALGORITHMS.get(algorithm.toLowerCase());
  return known && digest?.length === known.bytes ? [[known.name, digest.toString('hex')]] : [];
}
