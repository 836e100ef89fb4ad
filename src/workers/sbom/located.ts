/**
 * A parsed document whose values know their line, common to JSON, YAML and TOML.
 * Maps are `Map`, so that a package called `__proto__` is a key like any other.
 */
export interface Located {
  /** One-based line of the value, or of its key where it has one. */
  line: number;
  value: string | number | boolean | null | Map<string, Located> | Located[];
}

export type LocatedMap = ReadonlyMap<string, Located>;

/** A file that is not what its name says. The message is a fixed text: it quotes nothing of the file. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** Deeper documents are refused: no lockfile needs it, and readers recurse. */
export const MAX_DEPTH = 200;

const NO_ENTRIES: LocatedMap = new Map();

/** The value as a map. Throws `Malformed` for anything else. */
export function asMap(node: Located | undefined, what: string): LocatedMap {
  if (node?.value instanceof Map) return node.value;
  throw new Malformed(`${what} is not a table`);
}

/** The map under a key; empty when the key is absent, null or blank. Throws `Malformed` for another type. */
export function mapAt(map: LocatedMap, key: string): LocatedMap {
  const node = map.get(key);
  if (isBlank(node)) return NO_ENTRIES;
  return asMap(node, `"${key}"`);
}

/** The list under a key; empty when the key is absent, null or blank. Throws `Malformed` for another type. */
export function listAt(map: LocatedMap, key: string): readonly Located[] {
  const node = map.get(key);
  if (isBlank(node)) return [];
  if (Array.isArray(node?.value)) return node.value;
  throw new Malformed(`"${key}" is not a list`);
}

export function textOf(node: Located | undefined): string | undefined {
  return typeof node?.value === 'string' ? node.value : undefined;
}

/** The texts of the list under a key; other items are passed over. */
export const textsAt = (map: LocatedMap, key: string): string[] =>
  listAt(map, key).flatMap((item) => textOf(item) ?? []);

export const textAt = (map: LocatedMap, key: string): string | undefined => textOf(map.get(key));

/** True for a boolean true, and for YAML's plain `true`, which is read as text. */
export function isTrue(map: LocatedMap, key: string): boolean {
  const value = map.get(key)?.value;
  return value === true || value === 'true';
}

function isBlank(node: Located | undefined): boolean {
  return node === undefined || node.value === null || node.value === '';
}
