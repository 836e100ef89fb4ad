import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../lib/errors.js';
import type { KeylessSigner } from '../lib/signing/keyless/signer.js';
import type { PrivateSigningKey, PublicSigningKey } from '../lib/signing/keys.js';
import { type SignatureFormat, writeKeylessSignatures, writeSignatures } from './sign.js';

/** What signs a bundle. */
export interface Signing {
  signKeys?: readonly PrivateSigningKey[];
  keyless?: KeylessSigner;
  /** Of keys; a certificate stands in a Sigstore bundle alone. */
  signatureFormats?: readonly SignatureFormat[];
}

/** The keys that will sign, for the run statement. */
export const keysOf = ({ signKeys = [], keyless }: Signing): PublicSigningKey[] =>
  keyless === undefined ? [...signKeys] : [...signKeys, keyless.key];

/**
 * Signs a staged bundle with everything that is to sign it. When that fails the bundle is no longer what its run statement
 * says, so it is not to be published; it is moved to `kept`, since what the tools found in it is not wrong. Throws `Fault`,
 * also when `signal` ends the wait for a service.
 */
export async function signBundle(folder: string, signing: Signing, kept: string, signal?: AbortSignal): Promise<void> {
  const { signKeys = [], keyless, signatureFormats } = signing;
  try {
    for (const key of signKeys) await writeSignatures(folder, key, signatureFormats);
    if (keyless !== undefined) await writeKeylessSignatures(folder, keyless, signal);
  } catch (cause) {
    await mkdir(dirname(kept), { recursive: true });
    await rename(folder, kept);
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `no bundle is published, for it is not signed; what the scan found is kept in ${kept}: ${why}`;
    throw new Fault('bundle', message, cause instanceof Fault ? cause.remedy : undefined, { cause });
  }
}
