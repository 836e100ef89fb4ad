import { type Envelope, signersOf } from '../lib/signing/dsse.js';
import type { PublicSigningKey } from '../lib/signing/keys.js';
import { Unsound } from './problems.js';

/** What is said of a signature's key where it stands: by its file's name, by itself, by the statement that it is over. */
export interface Naming {
  /** Any of it is about this key. */
  mentions: (key: PublicSigningKey) => boolean;
  /** All of it is. */
  names: (key: PublicSigningKey) => boolean;
}

export const MISNAMED = 'names another key than the one that made it';

/**
 * The trusted key that made an envelope; undefined where none did and none is mentioned. What is said of a key decides nothing;
 * it must be right all the same, so that no byte of a signature file can change unnoticed. Throws `Unsound` when it is not.
 */
export function keySigner(
  envelope: Envelope,
  trusted: readonly PublicSigningKey[],
  { mentions, names }: Naming,
): PublicSigningKey | undefined {
  const [signer] = signersOf(envelope, trusted);
  if (signer === undefined && trusted.some(mentions)) throw new Unsound('does not verify with the key that it names');
  if (signer !== undefined && !names(signer)) throw new Unsound(MISNAMED);
  return signer;
}
