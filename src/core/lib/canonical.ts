import canonicalize from 'canonicalize';

/** Canonical JSON of RFC 8785 (JCS). Throws `TypeError` for values that JSON cannot hold, `RangeError` for one that holds itself. */
export function canonicalJson(value: unknown): string {
  const seen = { odd: false };
  const sorted = inOrder(value, seen);
  // JSON.stringify writes that form but for the order of members (3.2.2), at half of what the library takes.
  const text = seen.odd ? byLibrary(value) : JSON.stringify(sorted);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

function byLibrary(value: unknown): string | undefined {
  try {
    return canonicalize(value);
  } catch (cause) {
    throw new TypeError(cause instanceof Error ? cause.message : 'not a JSON value', { cause });
  }
}

/** A copy with sorted members (RFC 8785, 3.2.3); `seen.odd` is set for what only the library can be trusted with. */
function inOrder(value: unknown, seen: { odd: boolean }): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) seen.odd = true;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((member) => inOrder(member, seen));
  if ('toJSON' in value) seen.odd = true;
  const copy: Record<string, unknown> = {};

  for (const name of Object.keys(value).sort()) {
    if (!staysInPlace(name)) seen.odd = true;
    copy[name] = inOrder(value[name as keyof typeof value], seen);
  }
  return copy;
}

/** Whether an object lists the name where it was set: whole numbers come first, and `__proto__` sets no member. */
function staysInPlace(name: string): boolean {
  const first = name.charCodeAt(0);
  return (first < ZERO || first > NINE) && name !== '__proto__';
}

const [ZERO, NINE] = [48, 57];
