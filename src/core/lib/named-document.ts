/** A document that the operator named: its text, and the name that messages use. */
export interface NamedDocument {
  file: string;
  text: string | Uint8Array;
  /** Fingerprint of the trusted key whose signature over the text was checked. */
  signedBy?: string;
}
