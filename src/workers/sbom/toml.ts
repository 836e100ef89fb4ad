import { parse } from 'smol-toml';
import { asMap, type Located, type LocatedMap, listAt, MAX_DEPTH, Malformed } from './located.js';

const PACKAGE_HEADER = /^[ \t]*\[\[[ \t]*package[ \t]*\]\]/;

export interface TomlLock {
  root: LocatedMap;
  /** The `[[package]]` tables, each with the line of its header. */
  packages: { line: number; entry: LocatedMap }[];
}

/**
 * Reads a TOML 1.0 lockfile made of `[[package]]` tables (Cargo, Poetry, uv, PDM). Throws `Malformed` for what is
 * not TOML, has neither packages nor one of the keys that such a lockfile always has, or writes its packages so
 * that their lines cannot be told.
 */
export function parseTomlLock(text: string): TomlLock {
  const root = asMap(parseToml(text), 'the document');
  if (!['package', 'metadata', 'version'].some((key) => root.has(key))) throw new Malformed('not a lockfile');
  const headers = text.split('\n').flatMap((line, index) => (PACKAGE_HEADER.test(line) ? [index + 1] : []));
  const packages = listAt(root, 'package');
  if (headers.length !== packages.length) throw new Malformed('package tables that cannot be counted');
  return { root, packages: packages.map((node, i) => ({ line: headers[i] ?? 1, entry: asMap(node, 'a package') })) };
}

/** Reads TOML 1.0. Throws `Malformed` for what is none. Every value takes line 1. */
export const parseToml = (text: string): Located => located(parsed(text), 0);

function parsed(text: string): unknown {
  try {
    return parse(text, { maxDepth: MAX_DEPTH, integersAsBigInt: 'asNeeded' });
  } catch {
    throw new Malformed('not TOML');
  }
}

/** smol-toml tells no places: values take line 1, and only packages have lines of their own. */
function located(value: unknown, depth: number): Located {
  if (depth > MAX_DEPTH) throw new Malformed('nested too deeply');
  if (Array.isArray(value)) return { line: 1, value: value.map((item) => located(item, depth + 1)) };
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return { line: 1, value };
  if (typeof value !== 'object' || value === null || value instanceof Date) return { line: 1, value: String(value) };
  const entries = Object.entries(value).map(([key, item]) => [key, located(item, depth + 1)] as const);
  return { line: 1, value: new Map(entries) };
}
