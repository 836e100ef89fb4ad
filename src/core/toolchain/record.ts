/** What a wheel says of one of its files. */
export interface Recorded {
  /** URL-safe base64 without padding, as RECORD has it. */
  sha256: string | undefined;
  size: number | undefined;
}

const FIELD = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;

/**
 * Reads a RECORD file (Recording installed projects, "The RECORD File"): lines of CSV with path, hash and size.
 * Undefined for a text that is none; a hash that is not SHA-256 is as none.
 */
export function parseRecord(text: string): Map<string, Recorded> | undefined {
  const recorded = new Map<string, Recorded>();
  for (const line of text.split(/\r?\n/)) {
    if (line === '') continue;
    const fields = parseLine(line);
    const [path, hash, size] = fields ?? [];
    if (fields?.length !== 3 || !path || recorded.has(path)) return undefined;
    const sha256 = hash?.startsWith('sha256=') ? hash.slice(7) : undefined;
    recorded.set(path, { sha256, size: /^[0-9]+$/.test(size ?? '') ? Number(size) : undefined });
  }
  return recorded;
}

function parseLine(line: string): string[] | undefined {
  const fields: string[] = [];
  for (FIELD.lastIndex = 0; ; ) {
    const match = FIELD.exec(line);
    if (match === null) return undefined;
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] !== ',') return fields;
  }
}
