import { type Candidate, RANK } from './candidate.js';
import { isFiller } from './placeholder.js';
import { looksRandom } from './randomness.js';

/** PEM (RFC 7468), OpenPGP armor (RFC 9580, 6.2) and SSH2 (RFC 4716) private keys, and PuTTY's own format. */
const DASHES = '----';
const LONGEST_LABEL = 60;
/** An Ed25519 key in PKCS#8 is 64 base64 characters; shorter bodies are prose about keys. */
const SHORTEST_BODY = 60;
/** RFC 7468 breaks lines at 64 characters; some break them earlier. */
const SHORTEST_LINE = 24;
/** After the first line: what joins string literals, then base64 or a header such as `Proc-Type:` (RFC 1421, 4.6). */
const OPENING = /^-?(?:\\[nrt]|[\s"'`+,.;>|#*/-]){0,200}(?:[A-Za-z0-9+/=]{24}|[A-Z][\w-]{1,30}: )/;
const LONGEST_BODY = 1 << 16;
const PUTTY = /^Private-Lines: [0-9]{1,3}\r?\n/;
const BODY = /[A-Za-z0-9+/=]/;

/** `at` is just after the words `PRIVATE KEY`. The region is the block with its armour. */
export function pemBlock(rule: string, text: string, at: number): Candidate | undefined {
  const start = beginning(text, at);
  const opening = /^(?: BLOCK)? ?-{4,5}/.exec(text.slice(at, at + 12));
  if (start === undefined || opening === null) return undefined;
  const from = at + opening[0].length;
  const stop = text.indexOf(DASHES, from);
  const bodyEnd = stop < 0 || stop - from > LONGEST_BODY ? bodyRunEnd(text, from) : stop;
  if (!isKeyMaterial(text.slice(from, bodyEnd))) return undefined;
  return { rule, start, end: footerEnd(text, bodyEnd), rank: RANK.keyBlock };
}

function beginning(text: string, at: number): number | undefined {
  const label = text.slice(Math.max(0, at - LONGEST_LABEL), at);
  const found = /-{4,5} ?BEGIN [A-Z0-9 ]*PRIVATE KEY$/.exec(label);
  return found === null ? undefined : at - label.length + found.index;
}

/** Without an end line the block reaches as far as lines of base64 do. */
function bodyRunEnd(text: string, from: number): number {
  let end = from;
  const limit = Math.min(text.length, from + LONGEST_BODY);
  for (let i = from; i < limit && /[A-Za-z0-9+/=\s\\:,-]/.test(text.charAt(i)); i++)
    if (BODY.test(text.charAt(i))) end = i + 1;
  return end;
}

function footerEnd(text: string, bodyEnd: number): number {
  const footer = /^-{4,5} ?END [A-Z0-9 ]{0,40}-{4,5}/.exec(text.slice(bodyEnd, bodyEnd + 80));
  return bodyEnd + (footer?.[0].length ?? 0);
}

/** Escaped line ends, quotes and joins of string literals part the lines; the longest must be base64 of chance bytes. */
function isKeyMaterial(body: string): boolean {
  if (!OPENING.test(body)) return false;
  const lines = body.replace(/\\[nrt]/g, '\n').match(/[A-Za-z0-9+/=]+/g) ?? [];
  const longest = lines.reduce((a, b) => (b.length > a.length ? b : a), '');
  const size = lines.reduce((sum, line) => sum + line.length, 0);
  return size >= SHORTEST_BODY && longest.length >= SHORTEST_LINE && looksRandom(longest) && !isFiller(longest);
}

/** `at` is just after `Private-Lines`. The region is the private blob. */
export function puttyBlock(rule: string, text: string, at: number): Candidate | undefined {
  const header = PUTTY.exec(text.slice(at - 'Private-Lines'.length, at + 10));
  if (header === null) return undefined;
  const start = at - 'Private-Lines'.length + header[0].length;
  let end = start;
  const limit = Math.min(text.length, start + LONGEST_BODY);
  while (end < limit && /[A-Za-z0-9+/=\r\n]/.test(text.charAt(end))) end += 1;
  const mac = text.lastIndexOf('\n', end);
  if (mac > start && mac < end) end = mac;
  return isKeyMaterial(text.slice(start, end)) ? { rule, start, end, rank: RANK.keyBlock } : undefined;
}
