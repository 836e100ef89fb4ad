import canonicalize from 'canonicalize';

/** Canonical JSON of RFC 8785 (JCS). Throws `TypeError` for values that JSON cannot hold. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}
