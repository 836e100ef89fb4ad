/** A document that the operator named: its text, and the name that messages use. */
export interface NamedDocument {
  file: string;
  text: string | Uint8Array;
}
