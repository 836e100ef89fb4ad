import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { bytesOf, type RawPath, splitPath } from './names.js';

/** Controls and format characters (bidi, zero-width), separators, a backslash (a separator to some tools), a leading dash. */
const HOSTILE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]|^-/u;
const RESERVED = /^_x[0-9a-f]{32}(?:\.|$)/i;
const EXTENSION = /(?:\.[A-Za-z0-9_]{1,16}){1,2}$/;
const ASCII = /^[\0-\x7f]*$/;

/**
 * For each path the name it is stored under: itself unless a name in it is hostile to tools or clashes with a sibling
 * on a case-insensitive file system; such names get a stand-in that keeps the extension. Depends on the set of paths
 * alone, and no two results are equal, also when case is ignored.
 */
export function toolNames(paths: readonly RawPath[]): Map<RawPath, string> {
  const siblings = countSiblings(paths);
  const places = new Map<RawPath, string>([['', '']]);
  const place = (path: RawPath): string => {
    const known = places.get(path);
    if (known !== undefined) return known;
    const [folder, name] = splitPath(path);
    const safe = isSafeName(name) && siblings.get(siblingKey(folder, name)) === 1;
    const own = safe ? bytesOf(name).toString('utf8') : standIn(name);
    const result = folder === '' ? own : `${place(folder)}/${own}`;
    places.set(path, result);
    return result;
  };
  return new Map(paths.map((path) => [path, place(path)]));
}

/** How many names of a folder fold to the same one. */
function countSiblings(paths: readonly RawPath[]): Map<string, number> {
  const seen = new Set<RawPath>(['']);
  const counts = new Map<string, number>();
  const register = (path: RawPath): void => {
    if (seen.has(path)) return;
    seen.add(path);
    const [folder, name] = splitPath(path);
    const key = siblingKey(folder, name);
    counts.set(key, (counts.get(key) ?? 0) + 1);
    register(folder);
  };
  for (const path of paths) register(path);
  return counts;
}

const siblingKey = (folder: RawPath, name: RawPath): string => `${folder}/${foldName(name)}`;

/** What a case-insensitive, normalising file system (APFS, NTFS) might take for the same name; merging too much is harmless. */
function foldName(name: RawPath): string {
  if (ASCII.test(name)) return name.toLowerCase();
  return bytesOf(name).toString('utf8').normalize('NFKD').toUpperCase().toLowerCase().normalize('NFC');
}

function isSafeName(name: RawPath): boolean {
  if (RESERVED.test(name)) return false;
  if (ASCII.test(name)) return !HOSTILE.test(name);
  const bytes = bytesOf(name);
  return isUtf8(bytes) && !HOSTILE.test(bytes.toString('utf8'));
}

/** `_x`, 32 hex digits of the name's SHA-256, its extension. */
export const standIn = (name: RawPath): string =>
  `_x${createHash('sha256').update(bytesOf(name)).digest('hex').slice(0, 32)}${EXTENSION.exec(name)?.[0] ?? ''}`;
