import { isUtf8 } from 'node:buffer';

/**
 * A path as the file system or git has it, one UTF-16 unit per byte (latin1), `/` between names. Two such strings
 * compare as their bytes do, and they work as keys, which buffers do not.
 */
export type RawPath = string;

export const rawOf = (bytes: Buffer): RawPath => bytes.toString('latin1');
export const bytesOf = (raw: RawPath): Buffer => Buffer.from(raw, 'latin1');

/** Opens a name that is escaped. `%~` is no percent code, so no escape can produce it. */
const MARK = '%~';
const ASCII = /^[\0-\x7f]*$/;
const ESCAPED_NAME = /^(?:[\0-$&-\x7f]|%(?:25|[89A-F][0-9A-F]))*$/;

/**
 * The path as text. A name that is valid UTF-8 is itself; another one is `%~` and its bytes, with `%` and all
 * non-ASCII bytes as `%XX` (a name that starts with `%~` is escaped too). Different bytes give different text.
 */
export function escapePath(raw: RawPath): string {
  if (ASCII.test(raw) && !raw.includes(MARK)) return raw;
  return raw.split('/').map(escapeName).join('/');
}

function escapeName(name: RawPath): string {
  const bytes = bytesOf(name);
  if (isUtf8(bytes) && !name.startsWith(MARK)) return bytes.toString('utf8');
  return MARK + name.replace(/[%\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The bytes that `escapePath` made this text of; `undefined` for text that it never makes. */
export function unescapePath(path: string): RawPath | undefined {
  if (ASCII.test(path) && !path.includes(MARK)) return path;
  const names = path.split('/').map(unescapeName);
  const raw = names.join('/');
  return escapePath(raw) === path ? raw : undefined;
}

function unescapeName(name: string): RawPath {
  if (!name.startsWith(MARK)) return rawOf(Buffer.from(name, 'utf8'));
  const rest = name.slice(MARK.length);
  if (!ESCAPED_NAME.test(rest)) return name;
  return rest.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** The path as path rules see it: bytes that are not UTF-8 are U+FFFD, so that a rule on `*.pem` holds for any name. */
export const matchablePath = (raw: RawPath): string => (ASCII.test(raw) ? raw : bytesOf(raw).toString('utf8'));

/** Compares as the UTF-8 bytes of the two texts compare; code units alone would put U+E000 before U+10000's pairs. */
export function compareText(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF: they rank after U+E000…U+FFFF. */
const codePointRank = (unit: number): number => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);

export const isAtOrBelow = (folder: RawPath, path: RawPath): boolean =>
  path === folder || path.startsWith(`${folder}/`);

/** Folder (empty at the root) and last name. */
export function splitPath(path: RawPath): [folder: RawPath, name: RawPath] {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)];
}
