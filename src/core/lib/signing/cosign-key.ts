import { scryptSync } from 'node:crypto';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import * as z from 'zod';
import { base64 } from './base64.js';

/** The PEM labels under which cosign writes an encrypted key: since 2.0, and before. */
export const COSIGN_LABELS = ['ENCRYPTED SIGSTORE PRIVATE KEY', 'ENCRYPTED COSIGN PRIVATE KEY'] as const;

const bytes = (length: number) =>
  base64.transform((text) => Buffer.from(text, 'base64')).refine((data) => data.length === length);

/**
 * The key file as securesystemslib/go-encrypted writes it for cosign. Only the work factors that cosign itself takes: any
 * other could make the reader fill its memory, or make guessing the password cheap.
 */
const sealedKey = z.strictObject({
  kdf: z.strictObject({
    name: z.literal('scrypt'),
    params: z.strictObject({ N: z.literal([32768, 65536, 131072]), r: z.literal(8), p: z.literal(1) }),
    salt: bytes(32),
  }),
  cipher: z.strictObject({ name: z.literal('nacl/secretbox'), nonce: bytes(24) }),
  ciphertext: base64.transform((text) => Buffer.from(text, 'base64')),
});

/** scrypt needs 128·N·r bytes (RFC 7914, section 2), 128 MiB at most; node:crypto wants some room above that. */
const MAX_MEMORY = 2 ** 28;

/**
 * Opens cosign's encrypted key file: scrypt, then XSalsa20-Poly1305 (NaCl secretbox). Returns PKCS#8 DER. Throws
 * `ZodError` for other parameters than cosign's, and `Error` for a wrong password or a file that was changed.
 */
export function openCosignKey(pem: string, password: string): Buffer {
  const body = pem.replace(/-----[^-]+-----/g, '').replace(/\s/g, '');
  const { kdf, cipher, ciphertext } = sealedKey.parse(JSON.parse(Buffer.from(body, 'base64').toString('utf8')));
  const key = scryptSync(password, kdf.salt, 32, { ...kdf.params, maxmem: MAX_MEMORY });
  return Buffer.from(xsalsa20poly1305(key, cipher.nonce).decrypt(ciphertext));
}
