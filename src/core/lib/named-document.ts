import type { PublicSigningKey } from './signing/keys.js';

/** A document that the operator named: its text, and the name that messages use. */
export interface NamedDocument {
  file: string;
  text: string | Uint8Array;
  /** Fingerprint of the trusted key whose signature over the text was checked. */
  signedBy?: string;
}

/** A signature that the operator named, and the key that must have made it, if the operator named that too. */
export interface NamedSignature {
  document: NamedDocument;
  key?: PublicSigningKey | undefined;
}
